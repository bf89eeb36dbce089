"""Month-end: what stood when a period was closed, kept as rows that never change, and what to settle before it."""
