"""Delivery: one message of a webhook: what it says, how often it was tried, and what was answered."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.api.changes import cluster, end_of_feed
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.records.erasing import also_erased

RETRIES = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 720))
CLAIMED = timedelta(seconds=60)  # a sender that is gone by then has lost it to the next one
KEPT = timedelta(days=30)


class State(Choices):
    WAITING = "waiting", _("Waiting"), "biru"
    DONE = "done", _("Delivered"), "hijau"
    DEAD = "dead", _("Given up"), "merah"


class WebhookPlace(models.Model):
    """Up to where a webhook has read the feed. failures: tries in a row without a good answer. trouble: why it waits."""

    webhook = models.OneToOneField("api.Webhook", models.CASCADE, primary_key=True, related_name="place")
    home = models.CharField(max_length=40)
    xid = models.CharField(max_length=20)
    row = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    trouble = models.TextField(default="", blank=True)

    class Meta:
        db_table = "api_webhook_place"

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.xid}"


class Delivery(models.Model):
    """uid: the same for every try. record: its id, None for a test. place: of its change in the feed; a change is told once.

    body: the very text that is sent, so that every try says the same. due_at: when it is tried next.
    """

    id = models.BigAutoField(primary_key=True)
    uid = models.CharField(max_length=40, unique=True)
    webhook = models.ForeignKey("api.Webhook", models.CASCADE, related_name="deliveries", db_index=False)
    record = models.BigIntegerField(null=True)
    event = models.CharField(max_length=120)
    place = models.CharField(max_length=60, null=True)
    body = models.TextField()
    status = ChoiceField(State, default=State.WAITING, required=True)
    tries = models.IntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_delivery"
        constraints = [models.UniqueConstraint(fields=["webhook", "place"], name="api_delivery_once")]
        indexes = [
            models.Index(fields=["webhook", "-id"], name="api_delivery_webhook"),
            models.Index(
                fields=["webhook", "record", "id"], name="api_delivery_open", condition=Q(status="waiting")
            ),
        ]

    def __str__(self) -> str:
        return self.uid

    @property
    def status_label(self) -> Any:
        return State(self.status).label

    @property
    def status_tone(self) -> str:
        return State(self.status).tone


class Attempt(models.Model):
    """code: of the answer, 0 where none came. answer: how it begins. trouble: why none came."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now, db_index=True)
    code = models.SmallIntegerField(default=0)
    milliseconds = models.IntegerField(default=0)
    answer = models.TextField(default="", blank=True)
    trouble = models.TextField(default="", blank=True)

    class Meta:
        db_table = "api_attempt"

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.code}"


def new_uid() -> str:
    return f"msg_{secrets.token_hex(16)}"


def begin_from_now(webhook: int) -> None:
    place = WebhookPlace(webhook_id=webhook, home=cluster(), xid=end_of_feed())
    WebhookPlace.objects.bulk_create(
        [place], update_conflicts=True, unique_fields=["webhook"], update_fields=["home", "xid", "row"]
    )


def due(webhook: int | None = None) -> models.QuerySet[Delivery]:
    """Those that may be sent now: of each record the oldest that waits, so that none overtakes another."""
    rows = Delivery.objects.filter(status=State.WAITING)
    if webhook is not None:
        rows = rows.filter(webhook=webhook)
    before = Delivery.objects.filter(
        webhook=OuterRef("webhook"), record=OuterRef("record"), status=State.WAITING, id__lt=OuterRef("id")
    )
    now = timezone.now()
    live = rows.filter(due_at__lte=now, webhook__active=True, webhook__trashed_at=None)
    return live.filter(~Exists(before)).order_by("id")


def claim(delivery: Delivery) -> bool:
    """Takes it for this process. False when another was faster."""
    now = timezone.now()
    rows = Delivery.objects.filter(pk=delivery.pk, status=State.WAITING, due_at__lte=now)
    return bool(rows.update(due_at=now + CLAIMED))


def replay(delivery: Delivery) -> None:
    """It is sent again under the same id, and has all its tries again."""
    values = {"status": State.WAITING, "tries": 0, "due_at": timezone.now(), "finished_at": None}
    Delivery.objects.filter(pk=delivery.pk).exclude(status=State.WAITING).update(**values)


def forget_old_deliveries() -> int:
    """What ended more than thirty days ago. What waits stays."""
    with connection.cursor() as cursor:
        old = "SELECT id FROM api_delivery WHERE finished_at < %s"
        cursor.execute(f"DELETE FROM api_attempt WHERE delivery_id IN ({old})", [timezone.now() - KEPT])
        cursor.execute("DELETE FROM api_delivery WHERE finished_at < %s", [timezone.now() - KEPT])
        return int(cursor.rowcount)


def forget_told(ids: list[int]) -> int:
    """What was told, or waits to be told, of persons who are erased."""
    return Delivery.objects.filter(record__in=ids).delete()[0]


also_erased("messages", forget_told)
