"""Jobs of the webhooks: following the feed, sending, and what is no longer kept."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from relasi.engine.api.delivery import due, forget_old_deliveries
from relasi.engine.api.sending import send_due
from relasi.engine.api.telling import follow
from relasi.engine.api.webhook import living

LOOKED_AT = 2  # seconds
log = structlog.get_logger("relasi.webhooks")


@app.periodic(cron="* * * * *")
@app.task(name="follow_webhooks", queueing_lock="follow_webhooks")
def follow_webhooks(timestamp: int) -> int:
    """Returns how many messages were made."""
    return follow_all()


@app.task(name="follow_webhooks_now", queueing_lock="follow_webhooks_now")
def follow_webhooks_now() -> None:
    follow_all()


def follow_all() -> int:
    made = sum(follow(hook) for hook in living().filter(active=True))
    for webhook in set(due().values_list("webhook", flat=True)):
        send_soon(webhook)
    return made


def send_soon(webhook: int) -> None:
    """One job at a time for each webhook, so that a slow one holds up no other."""
    lock = f"webhook-{webhook}"
    try:
        with transaction.atomic():
            send_webhook.configure(lock=lock, queueing_lock=lock).defer(webhook=webhook)
    except AlreadyEnqueued:
        return


@app.task(name="send_webhook")
def send_webhook(webhook: int) -> None:
    send_due(webhook)


@app.periodic(cron="7 4 * * *")
@app.task(name="forget_deliveries", queueing_lock="forget_deliveries")
def forget_deliveries(timestamp: int) -> int:
    return forget_old_deliveries()


_NEWS = """
    SELECT EXISTS (
        SELECT FROM api_webhook_place AS place JOIN api_webhook AS hook ON hook.id = place.webhook_id
        WHERE hook.active AND hook.trashed_at IS NULL AND place.trouble = '' AND EXISTS (
            SELECT FROM records_change WHERE (xid, records_change.id) > (place.xid::xid8, place.row))
    ) OR EXISTS (
        SELECT FROM api_delivery AS one JOIN api_webhook AS hook ON hook.id = one.webhook_id
        WHERE one.status = 'waiting' AND one.due_at <= now() AND hook.active AND hook.trashed_at IS NULL
    ) AS any
"""


async def listen_for_news(app: Any) -> None:
    """Never ends: a change is told within seconds, and no write waits for it or asks whether there are webhooks."""
    while True:
        try:
            if (await app.connector.execute_query_one_async(_NEWS))["any"]:
                await app.tasks["follow_webhooks_now"].defer_async()
        except AlreadyEnqueued:
            pass
        except Exception as trouble:  # the database may be away for a moment; the job of each minute goes on
            log.warning("webhooks were not looked at", trouble=str(trouble)[:200])
        await asyncio.sleep(LOOKED_AT)
