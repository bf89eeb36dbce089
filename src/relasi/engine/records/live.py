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
    publish_all([topic], body, to)


def publish_all(topics: Iterable[str], body: Mapping[str, object], to: Iterable[int] | None = None) -> None:
    """The same on several topics, in one statement."""
    users = None if to is None else sorted(to)
    messages = [json.dumps({"topic": topic, "to": users, "body": body}) for topic in topics]
    if any(len(message.encode()) > LARGEST for message in messages):
        raise ValueError(f"a live message may have {LARGEST} bytes")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, m) FROM unnest(%s::text[]) m", [CHANNEL, messages])


def close_streams(user: int) -> None:
    """Ends every open stream of a user. A session that ends and a suspension do so by themselves."""
    publish("session", {}, to=[user])
