"""Pictures: stored small and clean, under a name made from their content."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup
from PIL import Image, ImageOps, UnidentifiedImageError

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, Kind, shows_as, shows_where
from relasi.engine.fields.reader import Reader

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")  # what is read; never SVG, which can hold scripts
LARGEST_FILE = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 1024

# Where a page finds a picture; the view behind it serves open_picture.
ADDRESS = "/picture/"

_NAME = re.compile(r"pictures/[0-9a-f]{2}/[0-9a-f]{64}\.webp")


class ImageField(DeclaredField, models.CharField):
    """One picture, kept as the name under which the storage holds it."""

    def __init__(self, *args: Any, max_length: int = 100, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)


def cleaned_picture(content: bytes) -> bytes:
    """The picture as webp, upright, at most 1024 px wide or high, nothing but pixels. Raises Invalid."""
    if len(content) > LARGEST_FILE:
        raise Invalid(_("This picture is larger than 10 MB."), "OUT_OF_RANGE")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Invalid(_("This picture has too many pixels."), "OUT_OF_RANGE")
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(picture)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                bare = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
                out = io.BytesIO()
                bare.save(out, "WEBP", quality=85, method=4, exif=b"", xmp=b"", icc_profile=None)
                return out.getvalue()
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning, OSError,
            ValueError, SyntaxError, EOFError) as wrong:  # fmt: skip
        if isinstance(wrong, Invalid):
            raise
        raise Invalid(_("This file is not a picture we can read. Use PNG, JPEG or WebP.")) from wrong


def keep_picture(content: bytes) -> str:
    """Stores the cleaned picture and gives its name. The same picture always has the same name."""
    clean = cleaned_picture(content)
    digest = hashlib.sha256(clean).hexdigest()
    name = f"pictures/{digest[:2]}/{digest}.webp"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(clean))
    return name


def open_picture(name: str) -> Any:
    """The stored file, to be served as image/webp. Raises FileNotFoundError for any other name."""
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return default_storage.open(name)


def picture_address(name: str) -> str:
    return ADDRESS + name.removeprefix("pictures/")


@shows_where(lambda field: getattr(field, "is_picture", False))
@shows_as(ImageField)
class ImageKind(Kind):
    """A picture is stored as soon as it is accepted, so a form refused for another field has not lost it."""

    name = "image"
    input = "image"
    operators: tuple[str, ...] = ("empty", "not_empty")
    width = "4rem"
    sortable = False

    def given(self, data: Any, files: Any = None, name: str = "") -> Any:
        """The new file; without one what was there, unless it was to be removed."""
        name = name or self.key
        uploaded = files.get(name) if files else None
        if uploaded is not None:
            return uploaded
        return None if data.get(f"{name}.remove") else data.get(f"{name}.kept") or data.get(name)

    def parse(self, raw: Any, reader: Reader | None = None) -> str | None:
        if raw is None or raw == "":
            return None
        if isinstance(raw, bytes):
            return keep_picture(raw)
        if hasattr(raw, "read"):
            if getattr(raw, "size", 0) > LARGEST_FILE:
                raise Invalid(_("This picture is larger than 10 MB."), "OUT_OF_RANGE")
            return keep_picture(raw.read())
        name = str(raw).strip()
        if not _NAME.fullmatch(name) or not default_storage.exists(name):
            raise Invalid(_("This file is not a picture we can read. Use PNG, JPEG or WebP."))
        return name

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return picture_address(value) if isinstance(value, str) and _NAME.fullmatch(value) else ""

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return value if isinstance(value, str) and _NAME.fullmatch(value) else ""

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if not self.show(value):
            return EMPTY_CELL
        return Markup('<span class="ava"><img src="%s" alt="" loading="lazy"></span>') % self.show(value)

    def fact(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if not self.show(value):
            return Markup("")
        return Markup('<span class="ava ava-xl"><img src="%s" alt=""></span>') % self.show(value)

    def search_sql(self) -> str:
        return "NULL::text"
