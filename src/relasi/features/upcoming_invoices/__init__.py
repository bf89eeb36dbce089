"""Upcoming invoices: what recurring invoices and subscriptions will ask for in a month."""
