"""File names: what of a name somebody's computer gave may stand on a page and in a header."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

LONGEST = 150

# Control characters, and those that turn the direction of writing: "gnp.exe" must not read as "exe.png".
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_FORBIDDEN = re.compile(r'[<>:"|?*]')


def clean_name(given: object, fallback: str = "file") -> str:
    """The last part of the name without what could deceive or lead elsewhere; never empty, at most 150 characters."""
    name = unicodedata.normalize("NFC", _UNSAFE.sub("", str(given or "")))
    name = PurePosixPath(name.replace("\\", "/")).name
    name = _FORBIDDEN.sub("_", " ".join(name.split())).strip(" .")
    if not name:
        return fallback
    stem, dot, suffix = name.rpartition(".")
    if dot and len(suffix) <= 10:
        return f"{stem[: LONGEST - len(suffix) - 1]}.{suffix}" if stem else f"{fallback}.{suffix}"
    return name[:LONGEST]


def suffix_of(name: str) -> str:
    """ "pdf" of "Invoice.PDF"; empty without one."""
    _stem, dot, suffix = name.rpartition(".")
    return suffix.lower() if dot else ""


def disposition(name: str) -> str:
    """The Content-Disposition of a download, for old browsers in plain letters and for all others as it is."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w .()\-]", "_", plain).strip() or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
