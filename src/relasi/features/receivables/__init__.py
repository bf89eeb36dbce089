"""Receivables: what customers owe: by age, and as a statement of account."""
