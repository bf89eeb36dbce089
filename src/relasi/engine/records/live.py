"""Tells open screens that something changed: a PostgreSQL notification, sent when the transaction commits."""

import json
from collections.abc import Iterable, Mapping

from django.db import connection

CHANNEL = "relasi_live"
LARGEST = 7900  # bytes; PostgreSQL takes less than 8000


def publish(topic: str, body: Mapping[str, object], to: Iterable[int] | None = None) -> None:
    """Sends `body` to the open streams that follow `topic`: those of the users `to`, or everybody's.

    Bodies travel without a permission check, so they carry ids and kinds and never what a record says;
    the screen asks for the rest. Nothing is sent when the transaction rolls back. ValueError when the
    message is larger than PostgreSQL carries.
    """
    message = json.dumps({"topic": topic, "to": None if to is None else sorted(to), "body": body})
    if len(message.encode()) > LARGEST:
        raise ValueError(f"a live message on {topic!r} may have {LARGEST} bytes")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, message])


def close_streams(user: int) -> None:
    """Ends every open stream of a user. A session that ends and a suspension do so by themselves."""
    publish("session", {}, to=[user])
