"""Clock: time that counts only while somebody works, and time that always counts."""
