"""Tie-out: whether all figures add up, checked every night and on demand, and which change broke one that does not."""
