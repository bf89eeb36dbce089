"""Reads the environment variables that the settings understand."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


def flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    return default if not value else value in {"1", "true", "yes", "on"}


def listed(name: str, *, default: list[str]) -> list[str]:
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or default


def secret_key(data: Path) -> str:
    """The signing key: RELASI_SECRET_KEY, else one made once and kept readable by the owner alone."""
    given = os.environ.get("RELASI_SECRET_KEY")
    if given:
        return given
    file = data / "secret_key"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="secret_key.", dir=data)
        aside = Path(name)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(50))
        # A link, unlike a rename, never replaces the key that another process made a moment ago.
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(aside)
        aside.unlink()
    return file.read_text().strip()


def database_from_url(url: str) -> dict[str, object]:
    """Django's database settings from postgresql://user:password@host:port/name?host=/socket/dir."""
    parts = urlsplit(url or "postgresql:///relasi")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "relasi",
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(query.pop("port", "") or parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        # What is asked by a cursor of planned_once (access/prepared.py) is planned on its second run and kept.
        "OPTIONS": {"application_name": "relasi", "prepare_threshold": 1, **query},
    }


def mail_from_url(url: str) -> dict[str, object]:
    """Django's mail settings from smtp://user:password@host:587 or smtps://…; without one no mail goes out."""
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    return {
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or (465 if secure else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": not secure and bool(parts.username),
        "EMAIL_TIMEOUT": 20,
    }
