"""Parties: names, addresses, e-mail, phone and identity numbers of people and companies, and doubles."""
