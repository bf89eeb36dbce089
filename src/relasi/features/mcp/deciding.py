"""Deciding: the person a program works for looks at what it proposes, with the rights they have now, and says yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from relasi.engine.access.acting import acting
from relasi.engine.query.one import find_one
from relasi.engine.records.history import Entry as Happened
from relasi.engine.records.history import history_of
from relasi.engine.records.record import title_of
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.screens.shell import Entry, entry_of
from relasi.features.mcp.models import Proposal, State
from relasi.features.mcp.operations import Outcome, carry_out, rehearsed

MOST_TOLD = 20


@dataclass
class Moved:
    """A record that is no longer as it was. happened: what the person may know of it, newest first; none for one that
    they do not see any more."""

    title: str
    url: str
    happened: list[Happened]


def moved_on(proposal: Proposal, user: Any) -> list[Moved]:
    """Records changed by somebody since the proposal was made."""
    return [
        _moved(entry, one["id"], one["known"], user)
        for entry, one in _about(proposal)
        if _version(entry, one["id"]) != one["version"]
    ]


def _about(proposal: Proposal) -> list[tuple[Entry, dict[str, Any]]]:
    """The operations about records that stood before, in an order in which nobody waits for another in a ring."""
    found = [(entry_of(one["entry"]), one) for one in proposal.operations if "id" in one]
    return sorted(found, key=lambda pair: (pair[0].module.key, pair[1]["id"]))


def _version(entry: Entry, id: int) -> int | None:
    rows = entry.module.model._base_manager.filter(pk=id)
    return rows.values_list("version", flat=True).first()


def _moved(entry: Entry, id: int, known: int, user: Any) -> Moved:
    record = find_one(user, entry.module, id) or find_one(user, entry.module, id, trashed=True)
    if record is None:
        return Moved(_("A record you do not see any more"), "", [])
    happened = history_of(record, user, limit=MOST_TOLD)
    since = [one for one in happened if one.place is not None and one.place[1] > known]
    return Moved(title_of(record), f"{entry.url}{id}/", since)


def outcome_of(proposal: Proposal, user: Any) -> Outcome:
    """What approving would come to. Raises Refused where it cannot be said."""
    with acting(user, via="api", reason=_reason(proposal)):
        return rehearsed(proposal.operations)


def approve(proposal: Proposal, user: Any, confirmed: list[str]) -> int | None:
    """Writes it as one change set of the person. Raises Refused, after which nothing has changed."""
    with acting(user, via="api", reason=_reason(proposal)) as stretch, transaction.atomic():
        _hold(proposal)
        for entry, one in _about(proposal):
            held = entry.module.model._base_manager.select_for_update(of=("self",)).filter(pk=one["id"])
            if held.values_list("version", flat=True).first() != one["version"]:
                sentence = _("A record has changed since this was proposed. Nothing was written.")
                raise Refused([Refusal("", "STALE_VERSION", sentence)])
        carry_out(proposal.operations, confirmed)
        _decide(proposal, State.APPROVED, stretch.change_set)
    return stretch.change_set


def refuse(proposal: Proposal) -> None:
    with transaction.atomic():
        _hold(proposal)
        _decide(proposal, State.REFUSED, None)


def _hold(proposal: Proposal) -> None:
    """Whoever comes second finds it decided."""
    proposal.refresh_from_db(from_queryset=Proposal.objects.select_for_update())
    if not proposal.open:
        raise Refused([Refusal("", "INVALID_TRANSITION", _("This has been decided already, or is too old."))])


def _decide(proposal: Proposal, state: State, change_set: int | None) -> None:
    proposal.state, proposal.decided_at, proposal.change_set = state, timezone.now(), change_set
    proposal.save(update_fields=["state", "decided_at", "change_set"])


def _reason(proposal: Proposal) -> str:
    return f"{proposal.program}: {proposal.title}"
