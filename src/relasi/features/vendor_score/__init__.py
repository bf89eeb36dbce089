"""Vendor score: how a vendor delivers and what is owed to it, on its page."""
