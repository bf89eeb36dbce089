"""Invitations: mails to who is asked to an event, and the page on which they answer."""
