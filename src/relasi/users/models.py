"""The table of contents of this app."""

from relasi.users.user import User

__all__ = ["User"]
