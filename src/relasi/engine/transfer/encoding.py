"""Encoding: which letters the bytes of a text file stand for, found from the bytes alone."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from relasi.engine.transfer.bad_file import BadFile

CHUNK = 1 << 20
SAMPLE = 1 << 16

NOT_TEXT = _(
    "This file is no table: it holds signs that no text has. Save it as CSV or XLSX and choose it again."
)

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UNDEFINED_IN_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_HIGH = bytes(range(128, 256))
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

# UTF-8 with stray Windows-1252 bytes in it, as files joined from two sources have.
MIXED = "utf-8, windows-1252"
MIXED_ERRORS = "relasi-windows-1252"

NAMES = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252", "latin-1": "Latin-1", MIXED: "UTF-8 + Windows-1252",
}  # fmt: skip


def _as_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_letter_1252(byte) for byte in wrong), error.end


def _letter_1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return bytes([byte]).decode("latin-1")


codecs.register_error(MIXED_ERRORS, _as_1252)


def find_encoding(handle: BinaryIO) -> str:
    """A key of NAMES. Reads the whole file once. Raises BadFile for what is no text."""
    handle.seek(0)
    head = handle.read(SAMPLE)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    without_mark = _utf_16_without_mark(head)
    if without_mark:
        return without_mark
    if len(_CONTROLS.findall(head)) * 100 > len(head):
        raise BadFile(NOT_TEXT)
    return _eight_bit(handle)


def _utf_16_without_mark(head: bytes) -> str:
    """Latin letters in UTF-16 have a zero in every second byte."""
    pairs = len(head) // 2
    if pairs < 2 or b"\x00" not in head:
        return ""
    if head[1::2].count(0) > 0.7 * pairs and head[::2].count(0) == 0:
        return "utf-16-le"
    if head[::2].count(0) > 0.7 * pairs and head[1::2].count(0) == 0:
        return "utf-16-be"
    return ""


def _eight_bit(handle: BinaryIO) -> str:
    """UTF-8 when it is valid throughout, or mostly; else Windows-1252, or Latin-1 where that has no letter."""
    handle.seek(0)
    strict = codecs.getincrementaldecoder("utf-8")()
    lenient = codecs.getincrementaldecoder("utf-8")("ignore")
    valid, undefined = True, False
    good = high = 0
    while chunk := handle.read(CHUNK):
        if valid:
            try:
                strict.decode(chunk)
            except UnicodeDecodeError:
                valid = False
        if not chunk.isascii():
            plain = len(chunk.translate(None, _HIGH))
            high += len(chunk) - plain
            good += len(lenient.decode(chunk).encode()) - plain
            undefined = undefined or bool(_UNDEFINED_IN_1252.search(chunk))
    if valid and not strict.getstate()[0]:
        return "utf-8"
    if good > high - good:
        return MIXED
    return "latin-1" if undefined else "cp1252"
