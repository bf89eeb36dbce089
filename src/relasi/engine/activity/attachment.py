"""Attachment: a file on a record; its bytes stand once in the storage, however often they were uploaded."""

from __future__ import annotations

import hashlib
import io
import os
import warnings
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from relasi.engine.activity.comment import Comment
from relasi.engine.activity.file_name import clean_name, suffix_of
from relasi.engine.activity.file_type import HEAD, RASTER, icon_of, type_of
from relasi.engine.activity.hanging import Hanging, may_on, record_key, seen_q
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, trash, write

MEGABYTE = 1024 * 1024
MOST_FILES = 10  # in one request
THUMBNAIL = 480  # px, the longer side
MOST_PIXELS = 50_000_000
LARGEST_PICTURE = 20 * MEGABYTE


class Attachment(Hanging):
    """digest: SHA-256 of the bytes, which name them in the storage. comment: the one it came with, if any."""

    asks = "edit"

    record = record_key(db_index=False)
    name = TextField(_("Name"), max_length=150, required=True)
    size = models.BigIntegerField(_("Size"))
    media_type = models.CharField(_("Type"), max_length=150)
    digest = models.CharField(max_length=64, db_index=True)
    pictured = models.BooleanField(default=False)
    comment = models.ForeignKey(Comment, models.SET_NULL, null=True, blank=True, related_name="files")

    class Meta(Hanging.Meta):
        abstract = False
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [models.Index(fields=["record", "-created_at", "-id"], name="attachment_record")]

    class Module(Declaration):
        self_ruled = True
        hangs_on = "record"
        icon = "paperclip"
        title = "name"

    def __str__(self) -> str:
        return self.name

    @property
    def icon(self) -> str:
        return icon_of(self.name)

    @property
    def address(self) -> str:
        return f"/file/{self.pk}/"

    @classmethod
    def permitted_q(cls, user: Any, verb: str, path: str = "") -> Q:
        return seen_q(user, f"{path}record__")

    def permits(self, user: Any, verb: str) -> bool:
        """Whoever may change the record may remove its files."""
        return may_on(self.record, user, "view" if verb == "view" else "edit")

    @classmethod
    def after_purge(cls, rows: Iterable[Attachment]) -> None:
        digests = {row.digest for row in rows}
        transaction.on_commit(lambda: forget_unused(digests))


def largest() -> int:
    """Bytes one file may have."""
    return settings.LARGEST_FILE_MB * MEGABYTE


def attach(record: int, files: Iterable[Any], comment: int | None = None) -> list[Attachment]:
    """Keeps uploaded files on a record, all or none. files: Django's uploads. Raises Refused.

    When nothing is kept in the end, no bytes stay behind.
    """
    files = list(files)
    refusals = [Refusal("files", "OUT_OF_RANGE", _("At most %(n)s files at once.") % {"n": MOST_FILES})]
    if len(files) > MOST_FILES:
        raise Refused(refusals)
    described = [_describe(file) for file in files]
    stored: set[str] = set()
    try:
        with transaction.atomic():
            drafts = [Draft({**values, "record": record, "comment": comment}) for values in described]
            written = write(registry.of(Attachment), drafts).records
            for file, values in zip(files, described, strict=True):
                _keep(file, values["digest"], stored)
            return written
    except BaseException:
        forget_unused(stored)
        raise


def _describe(file: Any) -> dict[str, Any]:
    name = clean_name(file.name)
    try:
        if file.size > largest():
            message = _("“%(name)s” is larger than %(most)s MB.")
            raise Invalid(message % {"name": name, "most": settings.LARGEST_FILE_MB}, "INVALID_VALUE")
        if not file.size:
            raise Invalid(_("“%(name)s” is empty.") % {"name": name})
        digest, head = hashlib.sha256(), b""
        for chunk in file.chunks():
            head = head or chunk[:HEAD]
            digest.update(chunk)
        media_type = type_of(name, head)
    except Invalid as wrong:
        raise Refused([Refusal("files", wrong.code, wrong.message)]) from wrong
    pictured = suffix_of(name) in RASTER and file.size <= LARGEST_PICTURE and _is_picture(file)
    return {
        "name": name, "size": file.size, "media_type": media_type, "digest": digest.hexdigest(),
        "pictured": pictured,
    }  # fmt: skip


def _is_picture(file: Any) -> bool:
    file.seek(0)
    return bool(_thumbnail(file, only_look=True))


def _keep(file: Any, digest: str, stored: set[str]) -> None:
    """Streams the bytes into the storage unless they stand there already."""
    _hold(digest)
    if not default_storage.exists(place_of(digest)):
        stored.add(digest)
        file.seek(0)
        default_storage.save(place_of(digest), File(file, name=digest))


def place_of(digest: str) -> str:
    return f"attachments/{digest[:2]}/{digest}"


def _thumbnail_of(digest: str) -> str:
    return f"attachments/{digest[:2]}/{digest}.webp"


def _hold(digest: str) -> None:
    """One at a time for the same bytes: nobody removes what somebody else is about to keep."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest])


def forget_unused(digests: Iterable[str]) -> None:
    """Removes the stored bytes no attachment names any more."""
    for digest in digests:
        with transaction.atomic():
            _hold(digest)
            if not Attachment._base_manager.filter(digest=digest).exists():
                default_storage.delete(place_of(digest))
                default_storage.delete(_thumbnail_of(digest))


def open_file(attachment: Attachment) -> Any:
    """Its bytes. Raises FileNotFoundError."""
    return default_storage.open(place_of(attachment.digest))


def open_thumbnail(attachment: Attachment) -> Any:
    """A small webp of a picture, made when it is first asked for. Raises FileNotFoundError."""
    name = _thumbnail_of(attachment.digest)
    if not attachment.pictured:
        raise FileNotFoundError(name)
    if not default_storage.exists(name):
        with open_file(attachment) as file:
            drawn = _thumbnail(file)
        if drawn is None:
            raise FileNotFoundError(name)
        default_storage.save(name, ContentFile(drawn))
    return default_storage.open(name)


def _thumbnail(file: Any, *, only_look: bool = False) -> bytes | None:
    """None for what is no picture we read, or one too large to open."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=("PNG", "JPEG", "WEBP", "GIF", "BMP")) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    return None
                if only_look:
                    return b"1"
                picture.draft("RGB", (THUMBNAIL, THUMBNAIL))
                upright = ImageOps.exif_transpose(picture)
                upright.thumbnail((THUMBNAIL, THUMBNAIL))
                out = io.BytesIO()
                bare = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
                bare.save(out, "WEBP", quality=80, method=4, exif=b"", xmp=b"", icc_profile=None)
                return out.getvalue()
    except (
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
    ):
        return None


def remove(attachment: Attachment) -> int | None:
    """Into the bin: the bytes stay until it is purged. Returns the change set."""
    return trash(Attachment, [attachment.pk]).change_set


def sweep(older_than: float) -> int:
    """Removes stored bytes that nothing names, left by a process that was killed. older_than: a time stamp.

    Looks only at storages that can be listed. Returns how many were looked at.
    """
    try:
        folders, _files = default_storage.listdir("attachments")
    except (NotImplementedError, FileNotFoundError):
        return 0
    looked = 0
    for folder in folders:
        names = default_storage.listdir(f"attachments/{folder}")[1]
        digests = {os.path.splitext(name)[0] for name in names}
        known = set(Attachment._base_manager.filter(digest__in=digests).values_list("digest", flat=True))
        lost = [
            d for d in digests - known if default_storage.exists(place_of(d))
            and default_storage.get_modified_time(place_of(d)).timestamp() < older_than
        ]  # fmt: skip
        forget_unused(lost)
        looked += len(digests)
    return looked
