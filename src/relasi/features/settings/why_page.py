"""Why can or cannot a person see a record: an admin asks, the rights themselves answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.acting import acting
from relasi.engine.access.structures import VERB_LABELS
from relasi.engine.access.why import explain
from relasi.engine.declare.registry import registry
from relasi.engine.records.record import RecordIndex
from relasi.features.settings.frame import admin_only, number_in, settings_page
from relasi.users.user import Status, User


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    """?user=<id>&record=<id or number>"""
    user = User.objects.filter(pk=number_in(request.GET, "user")).first()
    asked = request.GET.get("record", "").strip()
    record = find_record(asked) if asked else None
    context: dict[str, Any] = {
        "people": [(one.pk, one.full_name) for one in
                   User.objects.exclude(status=Status.REMOVED).order_by("first_name", "last_name")],
        "person": user,
        "asked": asked,
        "record": record,
        "module": registry.of(record) if record is not None else None,
        "answers": answers(user, record) if user and record is not None else [],
        "not_found": _("No record has this number.") if asked and record is None else "",
    }  # fmt: skip
    return settings_page(request, "why.html", "why", context)


def answers(user: User, record: Any) -> list[tuple[Any, Any]]:
    """(verb, explanation) for seeing, editing and deleting, as the rights stand now."""
    with acting(user):
        return [(VERB_LABELS[verb], explain(user, record, verb)) for verb in ("view", "edit", "delete")]


def find_record(asked: str) -> Any:
    """The record of an id or a number, in the bin or not; None when there is none."""
    rows = RecordIndex.objects.filter(number__iexact=asked)
    if asked.isascii() and asked.isdigit() and len(asked) < 19:
        rows = rows | RecordIndex.objects.filter(pk=int(asked))
    row = rows.first()
    return registry.module(row.module).model._base_manager.filter(pk=row.pk).first() if row else None
