"""Extras: what some programs ask for besides: tags, a search by phone or mail, the tree of companies, opening again."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import transaction
from django.db.models import Q

from relasi.engine.activity.tag import find_or_make, tags_for
from relasi.engine.activity.tagging import put, tags_on, take_off
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.one_view import actions_for
from relasi.features.compat import faces
from relasi.features.compat.asked import Asked
from relasi.features.compat.ids import Id, needed_id
from relasi.features.compat.record_face import RecordFace
from relasi.features.compat.values import plain
from relasi.features.compat.vtql import MOST_ROWS, Query
from relasi.features.compat.wrong import Wrong, denied, no_value

LOOKED_UP = ("phone", "email")
MOST_COMPANIES = 500
HIGHEST = 20  # companies above one another that are followed


def _record(asked: Asked, name: str = "id") -> tuple[RecordFace, Any]:
    id = needed_id(asked.text(name), name)
    face = faces.numbered(id.module)
    if not isinstance(face, RecordFace) or not face.module.is_record:
        raise denied(f"for {name}")
    return face, face.record(id.record)


def tags_add(asked: Asked) -> Any:
    face, record = _record(asked)
    with transaction.atomic():
        for name in asked.listed("tags"):
            written = put(find_or_make(name), [record.pk])
            if written.refusals:
                raise Refused(written.refusals)
    return _tags(face, record)


def tags_retrieve(asked: Asked) -> Any:
    return _tags(*_record(asked))


def _tags(face: RecordFace, record: Any) -> dict[str, list[str]]:
    return {"tags": [tag.name for tag in tags_on(face.user, [record.pk]).get(record.pk, ())]}


def tags_delete(asked: Asked) -> Any:
    """Those named, or all the person sees on the record."""
    face, record = _record(asked)
    mine = tags_on(face.user, [record.pk]).get(record.pk, [])
    wanted = {name.casefold() for name in asked.listed("tags")}
    everything = asked.text("delete_all").lower() in ("1", "true")
    known = set(tags_for(face.user).values_list("pk", flat=True))
    with transaction.atomic():
        for tag in mine:
            if tag.pk in known and (everything or tag.name.casefold() in wanted):
                written = take_off(tag, [record.pk])
                if written.refusals:
                    raise Refused(written.refusals)
    return _tags(face, record)


def lookup(asked: Asked) -> Any:
    """Records with this phone number or mail address. searchIn: module -> names of its fields; all of them without."""
    type, value = asked.text("type").lower(), asked.text("value")
    if type not in LOOKED_UP:
        raise Wrong("ACCESS_DENIED", "type is phone or email")
    if not value:
        raise no_value("value")
    asked_in = asked.structure("searchIn")
    wanted = asked_in if isinstance(asked_in, dict) else {}
    found: list[dict[str, Any]] = []
    for face in faces.visible():
        if isinstance(face, RecordFace) and (not wanted or face.name in wanted):
            found += _with_value(face, type, value, wanted.get(face.name))
    return found[:MOST_ROWS]


def _with_value(face: RecordFace, type: str, value: str, names: Any) -> list[dict[str, Any]]:
    columns = [one for one in face.fields.values() if one.type == type]
    if isinstance(names, list) and names:
        columns = [one for one in columns if one.name in {plain(name) for name in names}]
    if not columns:
        return []
    matches = Q(pk__in=[])
    for one in columns:
        matches |= one.where("=", (value,))
    return face.page(face.rows().filter(matches), Query(face.name))


def get_account_hierarchy(asked: Asked) -> Any:
    """The company, those above it and all below the highest, as far as the person sees them; level 0 is the highest."""
    face, record = _record(asked)
    if face.key != "customers.account":
        raise denied("for id")
    top, seen = record, {record.pk}
    while top.parent_id and top.parent_id not in seen and len(seen) < HIGHEST:
        above = face.rows().filter(pk=top.parent_id).first()
        if above is None:
            break
        top = above
        seen.add(top.pk)
    return _below(face, top)


def _below(face: RecordFace, top: Any) -> list[dict[str, str]]:
    children: dict[int, list[Any]] = defaultdict(list)
    ids, level, known = [top.pk], 0, {top.pk}
    while ids and len(known) < MOST_COMPANIES and level < HIGHEST:
        rows = list(
            face.rows().filter(parent__in=ids).exclude(pk__in=known).order_by("name", "pk")[:MOST_COMPANIES]
        )
        for row in rows:
            children[row.parent_id].append(row)
        ids, level = [row.pk for row in rows], level + 1
        known |= {*ids}
    found: list[dict[str, str]] = []
    waiting = [(top, 0)]
    while waiting:
        one, depth = waiting.pop()
        parent = str(Id(face.id, one.parent_id)) if one.parent_id and depth else ""
        found.append(
            {
                "id": str(Id(face.id, one.pk)),
                "accountname": one.name,
                "account_id": parent,
                "level": str(depth),
            }
        )
        waiting += [(child, depth + 1) for child in reversed(children[one.pk])]
    return found


def reopen(asked: Asked) -> Any:
    """Opens a closed record again, as its button does."""
    face, record = _record(asked)
    offered = {action.verb for action in actions_for(face.user, face.module, record)}
    if "reopen" not in offered:
        raise Wrong("OPERATION_NOT_SUPPORTED", "This record cannot be opened again by this user")
    record.reopen()
    return face.one(record.pk)
