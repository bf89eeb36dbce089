"""The table of contents of this app."""

from relasi.users.company import Company
from relasi.users.passwords import OldPassword
from relasi.users.sign_in_log import SignIn
from relasi.users.user import User

__all__ = ["Company", "OldPassword", "SignIn", "User"]
