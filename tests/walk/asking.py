"""Asking: what stands in the brackets of an address, what a good form holds, and what came back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.test import Client

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.api.around import related_of
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.change_set import close_change_set
from relasi.engine.screens.shell import Entry
from relasi.features.month_end.models import Snapshot
from relasi.kits.trade.taking import ways_from
from tests.make import USUAL
from tests.walk.routes import Route
from tests.walk.world import MORE, ONE_OF, SECRET, World, options_of, plausible, title_texts

OWN_ENTRY = "contacts"  # the entry that what Andi owns besides records belongs to


def two_ids(world: World, entry: Entry) -> list[str]:
    """Two of Andi's records, to be made one."""
    return [str(world.row(entry).pk), str(among(world, "spare", entry).pk)]


def path_of(route: Route, world: World, entry: Entry | None = None, verb: str = "") -> str:
    """The address with everything in its brackets filled in."""
    values = {name: values_of(what, world, entry, verb) for name, what in route.args.items()}
    pattern = route.pattern
    if pattern.startswith("^"):
        return "/{slug}/{id}/{rest}".format(**values)
    if entry is not None:
        pattern = pattern.replace("<entry:entry>", entry.slug)
    if route.body == "merge" and entry is not None:
        return f"/{pattern}?" + "&".join(f"id={id}" for id in two_ids(world, entry))
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found.group(1)]), pattern)
    return f"/{path}" + (f"?{route.query}" if route.query else "")


def values_of(what: str, world: World, entry: Entry | None, verb: str) -> Any:
    """what: a name used in `args` of a route, or the key of a module, whose row of the world it then is."""
    if what in ("record", "binned", "spare"):
        assert entry is not None
        return (world.row(entry) if what == "record" else among(world, what, entry)).pk
    if what == "field":
        assert entry is not None
        return a_field(entry.module) or "nothing"
    plain: dict[str, Callable[[], Any]] = {
        "verb": lambda: verb, "import verb": lambda: "run", "any record": lambda: world.hidden["customers.contact"].pk,
        "key": lambda: "customers.contact", "lone key": lambda: "customers.lead",
        "picture": lambda: world.picture or f"00/{'0' * 64}.webp",
        "view": lambda: world.view.pk, "view key": lambda: "all", "job": lambda: world.job.pk, "bulk": lambda: world.bulk.pk,
        "change_set": lambda: world.change_set,
        "job name": lambda: "send_reminders", "check key": lambda: "totals-quotes", "webhook": lambda: world.webhook.pk,
        "webhook verb": lambda: "off", "way": lambda: "off",
        "file format": lambda: "csv", "up": lambda: "up", "nobody": lambda: 987654321,
        "nothing here": lambda: "nothing/here", "export": lambda: world.export.pk, "schedule": lambda: world.schedule.pk,
         "api token": lambda: world.api_token.pk,
        "access key": lambda: world.access_key.pk, "proposal": lambda: world.proposal.pk,
        "related": lambda: related_to(entry),
        "comment": lambda: world.comment.pk, "file": lambda: world.file.pk, "tag": lambda: world.tag.pk,
        "notification": lambda: world.notification.pk,
        "snapshot": lambda: Snapshot.objects.order_by("id").values_list("pk", flat=True)[0], "part": lambda: "receivables",
        "purpose": lambda: "reset", "token": lambda: "nobody-has-this", "passkey": lambda: 1,
        "becomes": lambda: next((way.document.slug for way in ways_from(entry.module.model)), "x") if entry else "x",
        "settings slug": lambda: "groups", "nothing": lambda: "",
    }  # fmt: skip
    return plain[what]() if what in plain else world.hidden[what].pk


def related_to(entry: Entry | None) -> str:
    """The slug of a module whose records belong to those of the entry."""
    return next(iter(related_of(entry.module)), "nothing") if entry is not None else "nothing"


def among(world: World, what: str, entry: Entry) -> Any:
    """Andi's spare record, or the one in the bin; the usual one where there is no such."""
    return getattr(world, what).get(entry.module.key) or world.row(entry)


def a_field(module: Module) -> str:
    """A field somebody may type into, the title first."""
    names = [n for n in module.form_fields if n in module.fields and module.fields[n].editable]
    easy = [n for n in names if options_of(module.fields[n]) or kind_of(module.fields[n]).name in TYPED]
    return next(iter([*title_texts(module), *easy, *names]), "")


def body_of(route: Route, world: World, entry: Entry | None) -> dict[str, Any]:
    if route.body == "token":
        return {"name": "Formulir web", "access": "write"}
    if route.body == "closing":
        return {"until": "2002-01-31"}
    if entry is None or not route.body:
        return {}
    if route.is_api:
        return json_of(route, world, entry)
    module, row = entry.module, world.row(entry)
    if route.body == "view":
        return {"name": "Daftar baru", "sharing": "private"}
    if route.body == "bulk":
        return {"do": "delete", "id": [str(among(world, "spare", entry).pk)]}
    if route.body == "comment":
        return {"text": "<p>Halo</p>"}
    if route.body == "merge":
        return {"id": two_ids(world, entry)}
    if route.body == "move":
        return {"id": [str(row.pk)]}
    if route.body == "cells":
        return {
            "block": json.dumps({"rows": [{"id": row.pk, "version": 1, "values": {a_field(module): "x"}}]})
        }
    if route.body == "delete":
        return {"confirmed": ["trash"]}
    if route.body == "create":
        return new_values(module, world, entry)
    name = a_field(module)
    value = another_value(module, name, row, world) if name else ""
    return {name: value} if name else {}


def new_values(module: Module, world: World, entry: Entry) -> dict[str, Any]:
    """What a person would type into the form of a new record."""
    usual = USUAL.get(module.key, {}) | MORE.get(module.key, {})
    for name, one in module.fields.items():
        if name not in usual and one.editable and not one.blank and not one.has_default():
            usual[name] = plausible(world, one)
    usual = {k: v.format(n="baru") if isinstance(v, str) else v for k, v in usual.items() if v is not None}
    for name in title_texts(module):
        usual.setdefault(name, "Baru")
    for name in references_in(module):
        key = registry.of(module.fields[name].related_model).key
        usual[name] = (world.spare.get(key) or world.hidden[key]).pk
    usual.pop("owner", None)
    return {**usual, "confirmed": ["double", "clash"]}


def references_in(module: Module) -> list[str]:
    """The references to records that the form of a new one must hold."""
    found = list(ONE_OF.get(module.key, []))
    for name, one in module.fields.items():
        target = getattr(one, "related_model", None)
        if target is None or one.blank or not one.editable or not registry.knows(target._meta.label):
            continue
        if not registry.of(target).is_settings and name not in found:
            found.append(name)
    return found


def another_value(module: Module, name: str, row: Any, world: World) -> Any:
    one = module.fields[name]
    if name in title_texts(module):
        return f"{SECRET} lagi"
    if options_of(one):
        now = getattr(row, name)
        return next((key for key in options_of(one) if key and key != now), now)
    kind = kind_of(one)
    return TYPED.get(kind.name) or kind.typed(kind.value_of(row))


# What is typed instead, by kind.
TYPED = {
    "text": "Lain lagi",
    "long_text": "Lain lagi",
    "integer": "7",
    "decimal": "7",
    "money": "7000",
    "percent": "7",
}


def json_of(route: Route, world: World, entry: Entry) -> dict[str, Any]:
    """The same, as a program says it."""
    if route.body == "bulk":
        return {"operations": [{"op": "delete", "id": among(world, "spare", entry).pk}], "confirm": ["trash"]}
    if route.body == "tag":
        return {"name": "Panas"}
    found = body_of(replace(route, pattern="", others={}), world, entry)
    found.pop("confirmed", None)
    return found


class _Back(Exception):
    """Takes back what happened inside."""


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written inside is gone afterwards, files too."""
    there = files_kept()
    try:
        with transaction.atomic():
            yield
            raise _Back
    except _Back:
        close_change_set()
    finally:
        for new in files_kept() - there:
            new.unlink()


def files_kept() -> set[Path]:
    return {one for one in (Path(settings.DATA) / "files").rglob("*") if one.is_file()}


def ask(client: Client, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    """The answer; an error inside comes as a page with status 500, as people would get it. Cookies stay as they were."""
    client.raise_request_exception = False
    kept = client.cookies.copy()
    try:
        if path.startswith("/api/v1/") and method != "GET":
            sent = json.dumps(body or {}, default=str)
            return client.generic(method, path, sent, "application/json", headers=headers)
        if method == "POST":
            return client.post(path, body or {}, headers=headers)
        return client.get(path, headers=headers)
    finally:
        client.cookies = kept


def told(answer: Any) -> str:
    """Everything an answer tells: its text, its headers and cookies, and the sentences that wait for the next page."""
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    pieces = [text.decode("utf-8", "replace"), *(f"{k}: {v}" for k, v in answer.headers.items())]
    pieces += [str(cookie) for cookie in answer.cookies.values()]
    session = getattr(answer.wsgi_request, "session", None)
    pieces.append(str(session.get("_messages", "")) if session is not None else "")
    return "\n".join(pieces)


def to_the_door(answer: Any) -> bool:
    """Whether the answer sends a stranger to sign in, or says that he must."""
    return answer.status_code == 401 or (
        answer.status_code == 302 and answer["Location"].startswith(("/login/", "/welcome/"))
    )


def state_of(world: World) -> dict[str, Any]:
    """How much has been kept outside the tables."""
    folder = Path(settings.DATA) / "files"
    return {"mail": len(mail.outbox), "files": sum(1 for one in folder.rglob("*") if one.is_file())}


def rows_of(model: Any, ids: list[int]) -> dict[int, Any]:
    with acting(SYSTEM, via="system"):
        return model._base_manager.in_bulk(ids)


def job_count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])
