"""Upcoming invoices: what recurring invoices will ask for in a month."""
