"""Proof of delivery: who received the goods, with name, signature and a photo, on a phone at the door."""
