"""Leads: turning one into an account, a contact and a deal, with what the program says of each; all at once or not at all."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from relasi.engine.records.change_set import ChangeRow
from relasi.engine.records.refusal import Refused
from relasi.features.compat import faces
from relasi.features.compat.asked import Asked
from relasi.features.compat.field import Given
from relasi.features.compat.ids import Id, needed_id
from relasi.features.compat.record_face import RecordFace
from relasi.features.compat.saving import TRIES, told_as, update
from relasi.features.compat.values import plain
from relasi.features.compat.wrong import Wrong, denied, no_value

# Module as programs call it -> what the conversion calls it.
PARTS = {"Accounts": "account", "Contacts": "contact", "Potentials": "deal"}
TRUE = ("1", "true", "on", "yes")


def convertlead(asked: Asked) -> Any:
    element = asked.element()
    id = needed_id(plain(element.get("leadId") or asked.text("leadId", "id")), "leadId")
    face = faces.numbered(id.module)
    if not isinstance(face, RecordFace) or face.key != "customers.lead":
        raise denied("for leadId")
    lead = face.record(id.record)
    if lead.is_converted:
        raise Wrong("LEAD_ALREADY_CONVERTED", "Lead is already converted")
    parts = _parts(element)
    with told_as(face, "FAILED_TO_MARK_LEAD_CONVERTED"), transaction.atomic():
        _convert(lead, _plan(parts))
        made = face.rows().get(pk=lead.pk)
        return _finish(made, parts, plain(element.get("assignedTo") or element.get("assigned_user_id")))


def _parts(element: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What each module is to become, of those that shall be made. Raises Wrong."""
    sent = element.get("entities")
    entities = list(sent.values()) if isinstance(sent, dict) else sent if isinstance(sent, list) else []
    found: dict[str, dict[str, Any]] = {}
    names = list(sent) if isinstance(sent, dict) else [""] * len(entities)
    for key, one in zip(names, entities, strict=True):
        if not isinstance(one, dict):
            continue
        name = plain(one.get("name")) or key
        if name in PARTS and plain(one.get("create", True)).lower() in TRUE:
            found[name] = {n: v for n, v in one.items() if n not in ("create", "name")}
    if not found:
        raise no_value("entities")
    if found.keys() == {"Potentials"}:
        raise Wrong(
            "INVALID_POTENTIAL_FOR_CONVERTLEAD", "An account or a contact is needed besides the opportunity"
        )
    if "Potentials" in found and not plain(found["Potentials"].get("closingdate")).strip():
        raise no_value("closingdate")
    return found


def _plan(parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The questions of our own conversion, answered. An open deal of the same person is not taken for a new one."""
    plan: dict[str, Any] = {f"with_{part}": name in parts for name, part in PARTS.items()}
    deal = parts.get("Potentials", {})
    given = Given(None, deal)
    for name, field in faces.named("Potentials").fields.items():
        if name in ("closingdate", "amount") and plain(deal.get(name)).strip():
            field.put(deal[name], given)
    plan |= {name: given.values[name] for name in ("expected_close", "amount") if name in given.values}
    name = plain(deal.get("potentialname")).strip()
    return plan | ({"deal_name": name} if name else {})


def _convert(lead: Any, plan: dict[str, Any]) -> None:
    confirmed: set[str] = set()
    for _try in range(TRIES):
        try:
            lead.convert(**plan, confirmed=sorted(confirmed))
            return
        except Refused as refused:
            asked = {str(one.more.get("confirm") or "") for one in refused.refusals}
            if "" in asked or asked <= confirmed:
                raise
            confirmed |= asked


def _finish(lead: Any, parts: dict[str, dict[str, Any]], owner: str) -> dict[str, str]:
    """Writes what the program said of each new record. One that was there already stays as it is."""
    found = {}
    for name, part in PARTS.items():
        number = getattr(lead, f"converted_{part}_id")
        if number is None:
            continue
        face = faces.named(name)
        found[name] = str(Id(face.id, number))
        if isinstance(face, RecordFace) and _is_new(number):
            element = {n: v for n, v in parts.get(name, {}).items() if plain(v).strip()}
            if owner:
                element.setdefault("assigned_user_id", owner)
            update(face, face.record(number), element, whole=False)
    return found


def _is_new(number: int) -> bool:
    """Whether the record was made in this transaction."""
    with_rows = ChangeRow.objects.filter(record_id=number, kind="c")
    return with_rows.extra(where=["xid = pg_current_xact_id()"]).exists()
