"""Catalog: what the company sells, for how much, and the taxes on it."""
