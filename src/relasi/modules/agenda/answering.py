"""Answering: what somebody who is invited says, and who hears of it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.engine.fields.date_text import write_moment
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import update
from relasi.modules.agenda.busy import busy_spans
from relasi.modules.agenda.invitee import Invitee, Response

# What can be answered, in the words of whoever answers.
ANSWERS = {
    Response.ACCEPTED: gettext_lazy("I am coming"),
    Response.TENTATIVE: gettext_lazy("Perhaps I come"),
    Response.DECLINED: gettext_lazy("I cannot come"),
}
ANSWERED = register_kind(
    NotificationKind("invitation_answer", gettext_lazy("Somebody answers my invitation"), "calendar-check", "digest")
)  # fmt: skip
OWN_ANSWER = "who is invited says whether they come"


def possible_answers() -> list[tuple[str, str]]:
    return [(one.value, str(words)) for one, words in ANSWERS.items()]


def is_open(event: Any) -> bool:
    """Whether an answer still means something."""
    return bool(event.trashed_at is None and event.status == "planned" and event.until > timezone.now())


def my_invitation(event: Any, user: Any) -> Invitee | None:
    if event._meta.label != "agenda.Event":
        return None
    return Invitee._base_manager.filter(event=event.pk, user=user.id, trashed_at=None).first()


def answer(invitee: Invitee, said: str) -> Invitee:
    """Raises Refused, after which nothing has changed."""
    if said not in {one.value for one in ANSWERS}:
        raise Refused([Refusal("response", "INVALID_VALUE", _("Choose one of the answers."))])
    with transaction.atomic():
        # Of two answers at once the second sees the first.
        held = Invitee._base_manager.select_for_update(of=("self",)).get(pk=invitee.pk)
        if held.trashed_at is not None or not is_open(held.event):
            raise Refused([Refusal("", "INVALID_TRANSITION", _("This event cannot be answered any more."))])
        if held.response == said:
            return held
        saved = update(held, {"response": said, "answered_at": timezone.now()}, authorised=OWN_ANSWER)
        event = saved.event
        people = directory().people_behind(event.owner_id) - {getattr(acting_user(), "id", None)}
        tell(ANSWERED, sorted(people), record=event.pk, name=str(saved), response=said)
    return saved


def _busy_then(event: Any, people: list[int]) -> set[int]:
    """Which of these colleagues something else keeps busy at that time."""
    if not people or not is_open(event):
        return set()
    return set(busy_spans(people, event.starts_at, event.until, but=event.pk))


@tells("invitation_answer")
def _told(row: Notification, user: Any) -> tuple[Markup, str]:
    labels = {one.value: one.label for one in ANSWERS}
    words = {"name": row.facts.get("name", ""), "answer": labels.get(row.facts.get("response", ""), "")}
    return Markup(_("%(name)s: %(answer)s")) % words, f"/r/{row.record_id}/"


def body_of(event: Any, user: Any) -> dict[str, Any] | None:
    """For agenda/invited.html: who is invited and what they said; None where nobody is."""
    rows = list(
        Invitee._base_manager.filter(event=event.pk, trashed_at=None)
        .select_related("user", "contact", "lead").order_by("pk")[:100]
    )  # fmt: skip
    if not rows:
        return None
    kind: Any = kind_of(Invitee._meta.get_field("response"))
    tones, reader = kind.by_key, current_reader()
    busy = _busy_then(event, [one.user_id for one in rows if one.user_id])
    shown = [
        {"name": one.named, "busy": one.user_id in busy,
         "answer": str(tones[one.response].label), "tone": tones[one.response].tone,
         "when": write_moment(one.answered_at, reader) if one.answered_at else ""}
        for one in rows
    ]  # fmt: skip
    mine = next((one for one in rows if user is not SYSTEM and one.user_id == user.id), None)
    coming = sum(one.response == Response.ACCEPTED for one in rows)
    return {
        "rows": shown,
        "coming": coming,
        "mine": mine.response if mine is not None and is_open(event) else None,
        "answers": possible_answers(),
        "url": f"/events/{event.pk}/answer/",
    }
