"""Schedule: what happens at a time: how it repeats, whom it keeps busy, when somebody is reminded of it."""
