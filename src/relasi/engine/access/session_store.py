"""The session of a request: Django's own in the database, read together with the epoch of the rights by one statement."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as InDatabase
from django.db import connection

from relasi.engine.access.directory import hear
from relasi.engine.access.prepared import planned_once

_READ = """
    SELECT session_data, (SELECT n FROM access_epoch)
    FROM django_session WHERE session_key = %s AND expire_date > now()
"""


class SessionStore(InDatabase):
    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            planned_once(cursor).execute(_READ, [self.session_key])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        hear(row[1] or 0)
        return self.decode(row[0])
