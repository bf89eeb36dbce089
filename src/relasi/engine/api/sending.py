"""Sending: what waits goes out, signed; what is not taken is tried again, later and later, and at last given up."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.engine.api.company_usage import is_used_up, note, warn_if_near
from relasi.engine.api.delivery import RETRIES, Attempt, Delivery, State, WebhookPlace, claim, due
from relasi.engine.api.safe_address import Answer, post
from relasi.engine.api.signing import headers_of
from relasi.engine.api.usage_limits import WEBHOOKS
from relasi.engine.api.webhook import BY_ADMIN, Webhook, allowed_hosts
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write

MOST = 200  # in one go
OFF_AT = 50  # failures in a row

OFF = register_kind(
    NotificationKind("webhook_off", gettext_lazy("A webhook was switched off"), "webhook", "now", own=True)
)


def send_due(webhook: int) -> int:
    """Sends what waits of one webhook, in its order, unless the day's messages are used up. Returns how many were taken."""
    taken = 0
    for _turn in range(MOST):
        one = due(webhook).select_related("webhook").first()
        if one is None or is_used_up(WEBHOOKS):
            break
        if claim(one):
            taken += send(one).is_good
    return taken


def send(one: Delivery) -> Answer:
    """One try, whatever comes of it is noted."""
    hook, body = one.webhook, one.body.encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Relasi"}
    headers |= headers_of(hook.secrets, one.uid, body)
    answer = post(hook.url, body, headers, allowed_hosts())
    with transaction.atomic():
        _note(one, answer)
        _count(hook, answer)
    note(WEBHOOKS, f"webhook {hook.pk}", good=answer.is_good)
    warn_if_near(WEBHOOKS)
    return answer


def _note(one: Delivery, answer: Answer) -> None:
    tried = Attempt(
        delivery=one,
        code=answer.code,
        milliseconds=answer.milliseconds,
        answer=answer.text,
        trouble=answer.trouble,
    )
    Attempt.objects.bulk_create([tried])
    now = timezone.now()
    values: dict[str, Any] = {"tries": one.tries + 1}
    if answer.is_good or one.tries >= len(RETRIES):
        values |= {"status": State.DONE if answer.is_good else State.DEAD, "finished_at": now}
    else:
        values["due_at"] = now + RETRIES[one.tries]
    Delivery.objects.filter(pk=one.pk).update(**values)


def _count(hook: Webhook, answer: Answer) -> None:
    """After too many failures in a row it is switched off, and its owner hears of it."""
    places = WebhookPlace.objects.filter(webhook=hook.pk)
    if answer.is_good:
        places.filter(failures__gt=0).update(failures=0)
        return
    places.update(failures=F("failures") + 1)
    if hook.active and places.filter(failures__gte=OFF_AT).exists():
        with acting(SYSTEM, via="system"):
            write(registry.of(Webhook), [Draft({"active": False}, id=hook.pk)], authorised=BY_ADMIN)
            tell(OFF, [hook.user_id], webhook=hook.pk)


@tells("webhook_off")
def _told(row: Notification, user: Any) -> tuple[Markup, str] | None:
    hook = Webhook._base_manager.filter(pk=row.facts.get("webhook")).first()
    if hook is None:
        return None
    sentence = Markup(_("The webhook “%(name)s” failed %(n)s times in a row and was switched off"))
    return sentence % {"name": hook.name, "n": OFF_AT}, f"/settings/webhooks/{hook.pk}/"
