"""Telling: what a webhook has not heard of yet becomes deliveries, in the transaction that moves its place on."""

from __future__ import annotations

import json
from typing import Any, cast

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_noop

from relasi.engine.access.acting import acting
from relasi.engine.access.directory import directory
from relasi.engine.access.door import may
from relasi.engine.api.caller import Caller
from relasi.engine.api.changes import Row, cluster, end_of_feed, rows_after, told_to
from relasi.engine.api.delivery import Delivery, WebhookPlace, begin_from_now, new_uid
from relasi.engine.api.face import whole_of
from relasi.engine.api.webhook import Webhook
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import Reader, reading_as
from relasi.engine.query.condition import matches

AT_ONCE = 500  # rows of the feed
_NO_RIGHTS = gettext_noop("The owner may not see this module any more. Choose another owner.")


def follow(hook: Webhook) -> int:
    """Returns how many deliveries were made. Twice at once does no harm: the second finds the place taken."""
    with transaction.atomic():
        place = WebhookPlace.objects.select_for_update(skip_locked=True).filter(webhook=hook.pk).first()
        if place is None:
            return 0
        if place.home != cluster():
            # Restored on another server: what happened before has been told by the old one.
            begin_from_now(hook.pk)
            return 0
        return _follow(hook, place)


def _follow(hook: Webhook, place: WebhookPlace) -> int:
    user, module = directory().account(hook.user_id), hook.home
    if user is None or not user.is_active or module is None:
        return _wait(place, _NO_RIGHTS)
    with acting(user, via="api"), reading_as(Reader(user.language, user.zone)):
        if not may(user, "view", module):
            return _wait(place, _NO_RIGHTS)
        end = end_of_feed()
        rows = rows_after(place.xid, place.row, end, [module.table], AT_ONCE)
        try:
            made = _messages(hook, module, user, rows)
        except Invalid as wrong:
            return _wait(place, str(wrong.message))
    Delivery.objects.bulk_create(made, ignore_conflicts=True)
    last = rows[-1] if len(rows) == AT_ONCE else None
    xid, row = (last.xid, last.id) if last else (end, 0)
    if (place.xid, place.row, place.trouble) != (xid, row, ""):
        WebhookPlace.objects.filter(pk=place.pk).update(xid=xid, row=row, trouble="")
    return len(made)


def _wait(place: WebhookPlace, trouble: str) -> int:
    """Nothing is told and nothing is missed: the place stays."""
    if place.trouble != trouble:
        WebhookPlace.objects.filter(pk=place.pk).update(trouble=trouble)
    return 0


def _messages(hook: Webhook, module: Module, user: Any, rows: list[Row]) -> list[Delivery]:
    told = [(row, one) for row, one in told_to(user, [module], rows) if one["what"] in hook.events]
    records = module.model._base_manager.in_bulk([row.record for row, _one in told])
    caller, found = Caller(cast(HttpRequest, None), user), []
    for row, one in told:
        record = records.get(row.record)
        if hook.condition and (record is None or not matches(hook.condition, record, module, user)):
            continue
        face = None if record is None else whole_of(caller, module, record)
        found.append(message(hook, one, face, row))
    return found


def message(hook: Webhook, one: dict[str, Any], face: Any, row: Row | None = None) -> Delivery:
    event = f"{one['module']}.{one['what']}"
    body = {"type": event, "timestamp": one["at"], "data": {**one, "record": face}}
    return Delivery(
        uid=new_uid(),
        webhook_id=hook.pk,
        record=one["id"],
        event=event,
        place=f"{row.xid}.{row.id}" if row else None,
        body=json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False),
    )
