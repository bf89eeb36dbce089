"""Receivables and payables: what customers owe and what we owe vendors, by age; a customer's statement of account."""
