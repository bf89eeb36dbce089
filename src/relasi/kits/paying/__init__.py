"""Paying: how a customer is told to pay, and how a payment gateway is spoken to."""
