"""Stock: what lies in the warehouse, what is promised and what is on its way, and the ledger that says how it came about."""
