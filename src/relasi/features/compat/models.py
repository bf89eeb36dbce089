"""Tables of the compatibility API."""

from relasi.features.compat.access_key import AccessKey
from relasi.features.compat.challenge import Challenge
from relasi.features.compat.metering import KeyUse
from relasi.features.compat.sent_file import SentFile
from relasi.features.compat.session import Session
from relasi.features.compat.switch import CompatSwitch
from relasi.features.compat.wrong_tries import WrongTry

__all__ = ["AccessKey", "Challenge", "CompatSwitch", "KeyUse", "SentFile", "Session", "WrongTry"]
