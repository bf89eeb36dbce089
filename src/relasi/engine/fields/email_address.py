"""E-mail: addresses trimmed, checked without a network, and the key by which the same mailbox is found."""

import re
import unicodedata
from contextlib import suppress

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.invalid_text import InvalidText, shortened


class InvalidEmail(InvalidText):
    """An e-mail address to which nothing can be sent."""


EMPTY = _("Enter an e-mail address.")
NO_AT = _("“%(text)s” is not an e-mail address: the @ sign is missing.")
SEVERAL = _("“%(text)s” contains more than one e-mail address. Enter one address in each field.")
SPACE = _("“%(text)s” contains a space. An e-mail address has none.")
BAD_LOCAL = _("“%(text)s” is not an e-mail address: check the part before the @ sign.")
BAD_DOMAIN = _("“%(text)s” is not an e-mail address: check the part after the @ sign, such as company.co.id.")
TOO_LONG = _("“%(text)s” is too long for an e-mail address (at most 254 characters).")

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP = r"(?:[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{1,59})"
_PLAIN = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@((?:{_LABEL}\.)+{_TOP})")
_ANY_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_NAMED = re.compile(r"^[^<>]*<\s*([^<>]+?)\s*>$")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_BETWEEN = re.compile(r"[\s,;/|]+")

LONGEST = 254
LONGEST_LOCAL = 64


def normalize_email(text: str) -> str:
    """Return the address trimmed, its domain in lower case and (where international) in letters.

    Also understands "Budi <budi@x.co.id>" and mailto: links. Raises InvalidEmail.
    """
    trimmed = text.strip()
    found = _PLAIN.fullmatch(trimmed) if len(trimmed) <= LONGEST else None
    if found and found.end(1) <= LONGEST_LOCAL and "xn--" not in trimmed:
        return f"{found[1]}@{found[2].lower()}"
    return _normalize_rare(text)


def _normalize_rare(text: str) -> str:
    if len(text) > 4 * LONGEST:
        raise InvalidEmail("too_long", TOO_LONG, text=shortened(text))
    written = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).strip()
    named = _NAMED.match(written)
    if named:
        written = named[1]
    if written[:7].lower() == "mailto:":
        written = written[7:].partition("?")[0]
    written = written.strip(" \t\r\n,;<>").rstrip(".")
    quoted = shortened(text)
    if not written:
        raise InvalidEmail("empty", EMPTY)
    if len(written) > LONGEST:
        raise InvalidEmail("too_long", TOO_LONG, text=quoted)
    if "@" not in written:
        raise InvalidEmail("no_at", NO_AT, text=quoted)
    if written.count("@") > 1 and len(_BETWEEN.split(written)) > 1:
        raise InvalidEmail("several", SEVERAL, text=quoted)
    if any(mark.isspace() for mark in written):
        raise InvalidEmail("space", SPACE, text=quoted)
    local, _at, domain = written.rpartition("@")
    if not _ANY_LOCAL.fullmatch(local) or len(local) > LONGEST_LOCAL:
        raise InvalidEmail("bad_local", BAD_LOCAL, text=quoted)
    return f"{local}@{_checked_domain(domain, quoted)}"


def _checked_domain(domain: str, quoted: str) -> str:
    """Return the domain in lower case and letters; it must have a legal form in the domain name system."""
    letters = unicodedata.normalize("NFKC", domain).lower()
    if "xn--" in letters:
        with suppress(UnicodeError):  # a newer form than Python decodes stays as it is written
            letters = letters.encode("ascii").decode("idna")
    try:
        on_the_wire = letters.encode("idna").decode("ascii")
    except UnicodeError:
        raise InvalidEmail("bad_domain", BAD_DOMAIN, text=quoted) from None
    if not _PLAIN.fullmatch(f"x@{on_the_wire}") or len(on_the_wire) > LONGEST - 1:
        raise InvalidEmail("bad_domain", BAD_DOMAIN, text=quoted)
    return letters


def email_key(address: str) -> str:
    """Return the key of a mailbox: the whole address in lower case; empty for a blank one."""
    return address.strip().lower()
