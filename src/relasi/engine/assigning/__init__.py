"""Assigning: which member of a group gets a record that the group receives."""
