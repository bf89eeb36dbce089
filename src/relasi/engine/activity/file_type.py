"""File types: what a file is, told by its first bytes; what is never taken."""

from __future__ import annotations

import mimetypes

from django.utils.translation import gettext_lazy as _

from relasi.engine.activity.file_name import suffix_of
from relasi.engine.fields.kind import Invalid

HEAD = 1024  # bytes that tell
ANYTHING = "application/octet-stream"

# Programs, and what a double click would run.
NEVER = frozenset(
    "exe com scr pif bat cmd msi msp dll sys cpl js jse mjs vbs vbe wsf wsh ps1 psm1 hta lnk reg jar apk app dmg sh"
    " py pyc so elf deb rpm chm application gadget inf scf url".split()
)
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa",
)

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
_JPEG = (b"\xff\xd8\xff",)
# Suffix -> how such a file begins.
BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "gif": (b"GIF87a", b"GIF89a"),
    "webp": (b"RIFF",),
    **dict.fromkeys("docx xlsx pptx odt ods odp zip epub".split(), _ZIP),
    **dict.fromkeys("doc xls ppt msg".split(), _OLE),
}
RASTER = frozenset("png jpg jpeg gif webp bmp".split())


def type_of(name: str, head: bytes) -> str:
    """The media type of a file by its name, once its content agrees with it. Raises Invalid for what is not taken."""
    suffix = suffix_of(name)
    if suffix in NEVER or any(head.startswith(start) for start in _PROGRAMS):
        raise Invalid(_("“%(name)s” is a program; such files are not kept here.") % {"name": name})
    expected = BEGINNINGS.get(suffix)
    # A PDF may begin with some lines of its own.
    if expected and not any(head.startswith(b) or (suffix == "pdf" and b in head) for b in expected):
        message = _("“%(name)s” is not what its name says. Check the file and try again.")
        raise Invalid(message % {"name": name})
    return mimetypes.guess_type(f"x.{suffix}")[0] or ANYTHING


def icon_of(name: str) -> str:
    suffix = suffix_of(name)
    if suffix in RASTER:
        return "image"
    if suffix in ("xls", "xlsx", "csv", "ods"):
        return "file-spreadsheet"
    return "file-text" if suffix in ("pdf", "doc", "docx", "odt", "txt", "rtf", "md") else "file"
