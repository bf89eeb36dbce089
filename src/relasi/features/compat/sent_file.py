"""Sent file: a file a program sent before it said which record it belongs to. It becomes a file of that record, or is
forgotten after a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone

from relasi.engine.activity.attachment import Attachment, attach, largest
from relasi.engine.activity.file_name import clean_name
from relasi.engine.declare.tracked import next_id
from relasi.features.compat.wrong import Wrong, denied

KEPT = timedelta(days=1)
MOST = 200  # waiting files of one person


class SentFile(models.Model):
    """title: what the program called it. attachment: the file of a record it has become; its bytes stand there then."""

    id = models.BigIntegerField(primary_key=True, db_default=next_id())
    user = models.ForeignKey("users.User", models.CASCADE, related_name="+")
    title = models.CharField(max_length=255)
    name = models.CharField(max_length=150)
    size = models.BigIntegerField(default=0)
    media_type = models.CharField(max_length=150, default="")
    attachment = models.OneToOneField(Attachment, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "compat_sent_file"

    def __str__(self) -> str:
        return self.title

    @property
    def place(self) -> str:
        return f"compat/{self.pk}"


def keep(user: Any, upload: Any, title: str) -> SentFile:
    """Raises Wrong."""
    if upload.size > largest() or not upload.size:
        raise Wrong("FAILED_TO_CREATE", "filename: the file is empty or too large")
    waiting = SentFile.objects.filter(user=user.id, attachment=None)
    if waiting.count() >= MOST:
        raise Wrong("FAILED_TO_CREATE", "Too many files wait to be related to a record")
    name = clean_name(upload.name)
    with transaction.atomic():
        made = SentFile.objects.create(
            user=user, title=title[:255] or name, name=name, size=upload.size,
            media_type=(upload.content_type or "")[:150],
        )  # fmt: skip
        made.refresh_from_db()
        upload.seek(0)
        default_storage.save(made.place, File(upload, name=name))
    return made


def hang(sent: SentFile, record: int) -> Attachment:
    """Makes it a file of the record. Raises Refused and Wrong."""
    try:
        content = default_storage.open(sent.place)
    except FileNotFoundError:
        raise denied("for id") from None
    with content, transaction.atomic():
        file = File(content, name=sent.name)
        attachment = attach(record, [file])[0]
        SentFile.objects.filter(pk=sent.pk).update(attachment=attachment)
    default_storage.delete(sent.place)
    return attachment


def call(user: Any, id: int, attachment: Attachment | None, title: str) -> None:
    """What programs call the file from now on: one that waits, or that of a record."""
    if attachment is None:
        SentFile.objects.filter(pk=id).update(title=title[:255])
        return
    usual = {"title": title[:255], "user_id": user.id, "name": attachment.name}
    SentFile.objects.update_or_create(
        attachment=attachment, defaults={"title": title[:255]}, create_defaults=usual
    )


def waiting(user: Any, id: int) -> SentFile | None:
    return SentFile.objects.filter(pk=id, user=user.id, attachment=None).first()


def attachment_of(id: int) -> int:
    """The attachment a number means: that of the file it has become, or itself."""
    found = SentFile.objects.filter(pk=id).values_list("attachment_id", flat=True).first()
    return found or id


def drop(sent: SentFile) -> None:
    place = sent.place
    sent.delete()
    default_storage.delete(place)


def forget_old_files() -> int:
    old = list(SentFile.objects.filter(attachment=None, at__lt=timezone.now() - KEPT))
    for one in old:
        drop(one)
    return len(old)
