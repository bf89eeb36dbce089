"""Feed: everything that changed, in an order a program can follow without missing or repeating anything.

A row of history has the number of its transaction. Only rows of transactions before the oldest that still runs are
told, in the order of that number and their own; whatever commits later has a later place.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for, may, scope_of, visible_q
from relasi.engine.api.caller import Caller
from relasi.engine.api.given import listed, parameters, sealed, size_of, unsealed, yes
from relasi.engine.api.problem import Problem
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry

MOST = 1000
WORDS = {"c": "created", "u": "changed", "d": "purged"}

_ROWS = """
    SELECT xid::text, id, at, change_set_id, record_id, origin, kind::text,
           ARRAY(SELECT jsonb_object_keys(after)), after ? 'trashed_at', after ->> 'trashed_at'
    FROM records_change
    WHERE (xid, id) > (%s::xid8, %s) AND xid < %s::xid8 AND origin = ANY (%s)
    ORDER BY xid, id LIMIT %s
"""

# Every transaction of this database before this one is over, and what it wrote is told. Those that run in other databases of
# the server write nothing here; one whose database cannot be told is waited for.
_END = """
    WITH here AS (SELECT pg_current_snapshot() AS seen)
    SELECT coalesce((
        SELECT min(running) FROM pg_snapshot_xip(seen) AS running
        WHERE NOT EXISTS (SELECT FROM pg_stat_activity
            WHERE backend_xid = running::xid AND datname <> current_database())
    ), pg_snapshot_xmax(seen))::text FROM here
"""


def changes(caller: Caller) -> HttpResponse:
    """What changed after the place, oldest first. Without `after` from the beginning; `from_now` gives the place to begin."""
    asked = parameters(caller.request, "after", "size", "modules", "from_now")
    size, modules = size_of(asked["size"], MOST), _modules(caller, listed(asked["modules"]))
    home, end = cluster(), _value(_END)
    if yes(asked["from_now"], "from_now"):
        return JsonResponse({"data": [], "after": _place(home, end, 0), "more": False})
    xid, last = _begin(home, asked["after"])
    tables = [module.table for module in modules]
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [xid, last, end, tables, size])
        rows = cursor.fetchall()
    told = _told(caller, modules, rows)
    more = len(rows) == size
    after = _place(home, rows[-1][0], rows[-1][1]) if more else _place(home, end, 0)
    return JsonResponse({"data": told, "after": after, "more": more})


def _modules(caller: Caller, slugs: list[str]) -> list[Module]:
    known = {one.slug: one for one in registry if one.is_record}
    for slug in slugs:
        if slug not in known or not may(caller.user, "view", known[slug]):
            raise Problem(422, "INVALID_VALUE", _("There is no such module."), "modules")
        caller.must_see(known[slug])
    chosen = [known[slug] for slug in slugs] or list(known.values())
    return [one for one in chosen if may(caller.user, "view", one) and caller.reads(one)]


def _value(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return str(cursor.fetchone()[0])


def cluster() -> str:
    """Transactions are numbered by each database server; a place of another one means nothing here."""
    return _value("SELECT system_identifier::text FROM pg_control_system()")


def _place(home: str, xid: str, id: int) -> str:
    return str(sealed(f"{home}.{xid}.{id}", "feed"))


def _begin(home: str, text: str) -> tuple[str, int]:
    if not text:
        return "0", 0
    there, xid, id = unsealed(text, "feed").split(".")
    if there != home:
        sentence = _("The data was restored elsewhere since: read everything anew and follow from there.")
        raise Problem(410, "FEED_ENDED", sentence, "after")
    return xid, int(id)


def _told(caller: Caller, modules: list[Module], rows: list[Any]) -> list[dict[str, Any]]:
    """Those about records this person sees now, in the bin or not. One query for each module."""
    by_table = {module.table: module for module in modules}
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        wanted[row[5]].add(row[4])
    seen: dict[str, set[int]] = {}
    for table, ids in wanted.items():
        module = by_table[table]
        found = module.model._base_manager.filter(visible_q(caller.user, module), pk__in=ids)
        seen[table] = set(found.values_list("pk", flat=True))
    return [told for row in rows if (told := _one(caller, by_table[row[5]], row, seen[row[5]])) is not None]


def _one(caller: Caller, module: Module, row: Any, seen: set[int]) -> dict[str, Any] | None:
    _xid, _id, at, change_set, record, _origin, kind, columns, about_bin, trashed = row
    # Of what is gone for good nobody can tell any more whose it was: only who sees all of a module hears of it.
    if record not in seen and not (kind == "d" and scope_of(caller.user, "view", module).everyone):
        return None
    what = WORDS[kind] if not about_bin else "deleted" if trashed else "restored"
    fields = fields_for(caller.user, "view", module)
    changed = sorted(
        name
        for name, field in module.fields.items()
        if field.attname in (columns or ()) and name in fields and not getattr(field, "secret", False)
    )
    if what == "changed" and not changed:
        return None
    told = changed if what == "changed" else []
    return {
        "module": module.slug,
        "id": record,
        "what": what,
        "fields": told,
        "at": at,
        "change_set": change_set,
    }
