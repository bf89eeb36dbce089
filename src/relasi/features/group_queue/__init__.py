"""The queue of work that belongs to groups and to nobody yet."""
