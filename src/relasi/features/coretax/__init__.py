"""Coretax: what is wrong with invoices before the tax office says so, their file for it, and the list of output tax."""
