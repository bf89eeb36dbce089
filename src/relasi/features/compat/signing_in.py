"""Signing in: challenge and answer for one face of the interface, user and key with every call for the other."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.http import HttpRequest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.features.compat import session as sessions
from relasi.features.compat.access_key import AccessKey, digest_of, with_user
from relasi.features.compat.asked import Asked
from relasi.features.compat.caller import working_for
from relasi.features.compat.challenge import answered_by, issue, living
from relasi.features.compat.ids import user_id
from relasi.features.compat.values import plain
from relasi.features.compat.wrong import Wrong
from relasi.features.compat.wrong_tries import must_wait, note_wrong
from relasi.features.sign_in.attempt import find_user, ip_of

VERSION, PRODUCT = "0.22", "8.2.0"
LONGEST_NAME = 254


def getchallenge(asked: Asked) -> dict[str, Any]:
    name = asked.text("username")
    if not name:
        raise Wrong("ACCESS_DENIED", "No username given")
    made = issue(name[:LONGEST_NAME], ip_of(asked.request))
    if made is None:
        raise Wrong("ACCESS_DENIED", "Too many challenges were asked for. Wait five minutes")
    expires = int(made.expires_at.timestamp())
    return {"token": made.token, "serverTime": expires - 300, "expireTime": expires}


def login(asked: Asked) -> dict[str, Any]:
    name, answer = asked.text("username")[:LONGEST_NAME], asked.text("accessKey", "accesskey")
    ip = ip_of(asked.request)
    _hold_back(ip, name)
    tokens = living(name, ip)
    if not tokens:
        raise Wrong("INVALID_AUTH_TOKEN", "Specified token is invalid or expired")
    with acting(SYSTEM, via="system"):
        key = with_user(answered_by(find_user(name), answer[:200], tokens))
    if key is None:
        note_wrong(ip, name)
        raise Wrong("INVALID_USER_CREDENTIALS", "Invalid username or password")
    return signed_in(key, sessions.begin(key))


def _hold_back(ip: str | None, name: str) -> None:
    if must_wait(ip, name):
        raise Wrong("INVALID_USER_CREDENTIALS", "Too many wrong tries. Wait 15 minutes")


def signed_in(key: AccessKey, name: str) -> dict[str, Any]:
    user = key.user
    with working_for(user, key.name):
        return {
            "sessionName": name, "userId": user_id(user.pk), "version": VERSION, "vtigerVersion": PRODUCT,
            "username": user.username, "first_name": user.first_name, "last_name": user.last_name, "email": user.email,
            "time_zone": user.zone, "hour_format": "24", "date_format": "yyyy-mm-dd",
            "is_admin": "on" if user.is_admin else "off", "call_duration": "5", "other_event_duration": "5",
        }  # fmt: skip


def session_of(asked: Asked) -> sessions.Session:
    """The session a call names. Raises Wrong."""
    name = asked.text("sessionName", "sessionname", "session")
    if not name and asked.text("operation").lower() == "extendsession":
        name = asked.request.COOKIES.get("PHPSESSID", "")
    if not name:
        raise Wrong("AUTHENTICATION_REQUIRED", "Authencation required")
    with acting(SYSTEM, via="system"):
        return sessions.find(name)


def extendsession(session: sessions.Session, asked: Asked) -> dict[str, Any]:
    sessions.extend(session)
    name = asked.text("sessionName", "sessionname", "session") or asked.request.COOKIES.get("PHPSESSID", "")
    told = signed_in(session.key, name)
    return {word: told[word] for word in ("sessionName", "userId", "version", "vtigerVersion")}


def logout(session: sessions.Session) -> dict[str, str]:
    sessions.end(session)
    return {"message": "successfull"}


def key_of_basic(request: HttpRequest) -> AccessKey:
    """The key sent with HTTP Basic, with its user. Raises Wrong."""
    name, key = _basic(request)
    ip = ip_of(request)
    _hold_back(ip, name)
    with acting(SYSTEM, via="system"):
        found = with_user(AccessKey._base_manager.filter(digest=digest_of(key), trashed_at=None).first())
    # The key is found by its digest, so nothing is compared that time could tell of; then the name must be its person's.
    if found is None or name.casefold() not in (found.user.username.casefold(), found.user.email.casefold()):
        note_wrong(ip, name)
        raise Wrong("INVALID_USER_CREDENTIALS", "Invalid username or access key")
    return found


def _basic(request: HttpRequest) -> tuple[str, str]:
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        raise Wrong("AUTHENTICATION_REQUIRED", "Authencation required")
    try:
        decoded = base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Wrong("AUTHENTICATION_REQUIRED", "Authencation required") from None
    name, _colon, key = decoded.partition(":")
    return plain(name).strip()[:LONGEST_NAME], key
