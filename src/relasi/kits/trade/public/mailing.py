"""Mailing: a document goes to its customer by mail, as a PDF and with a link; the record keeps what was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from relasi.engine.access.acting import SYSTEM
from relasi.engine.activity.mail import can_mail
from relasi.engine.activity.public_link import make_link, open_link_of
from relasi.engine.activity.sent_mail import SentMail
from relasi.engine.records.again import said_outside
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import create
from relasi.kits.trade.paper.letterhead import details, language_for
from relasi.kits.trade.paper.printing import pdf
from relasi.kits.trade.paper.sheet import READERS, sheet_of
from relasi.kits.trade.public.showing import GONE

MOST = 20  # addresses of one mail
LONGEST = {"subject": 200, "text": 10_000}


@dataclass
class Letter:
    """What the form holds, as it was typed. language: of the PDF and of the words proposed."""

    to: str = ""
    copies: str = ""
    subject: str = ""
    text: str = ""
    language: str = "id"
    with_link: bool = True

    @classmethod
    def given(cls, data: Mapping[str, str], language: str) -> Letter:
        return cls(
            data.get("to", ""), data.get("copies", ""), " ".join(data.get("subject", "").split()),
            data.get("text", "").strip(), language, bool(data.get("with_link")),
        )  # fmt: skip


def can_be_mailed(document: Any) -> bool:
    """A quote goes out from its draft or once it is approved; all else has a state that makes it binding first."""
    if document.status in document.flow.inside:
        return "sent" in document.flow.moves.get(document.status, ())
    return document.status not in GONE


def first_words(document: Any, user: Any) -> Letter:
    """What is proposed, in the language of the customer."""
    language = language_for(document)
    language = language if language in READERS else "id"
    named = [one for name in reversed(document.parties) if (one := getattr(document, name)) is not None]
    to = next((one.email for one in named if one.email), "")
    with translation.override(language):
        words = {
            "title": str(document.paper_title), "number": document.number, "subject": document.subject,
            "company": details().legal_name or _company(), "sender": user.full_name,
            "name": str(named[0]) if named else "",
        }  # fmt: skip
        subject = _("%(title)s %(number)s from %(company)s") % words
        text = _(
            "Dear %(name)s,\n\nPlease find attached our %(title)s %(number)s for %(subject)s.\n\n"
            "If you have any questions, just reply to this email.\n\nKind regards,\n%(sender)s\n%(company)s"
        )
        return Letter(str(to), "", subject, text % words, language)


def _company() -> str:
    from relasi.engine.access.company import company

    return company().name


def send(document: Any, letter: Letter, user: Any) -> SentMail:
    """Raises Refused, after which nothing has changed and nothing has gone out."""
    to, copies, refusals = _addresses(letter.to, "to"), _addresses(letter.copies, "copies"), []
    if not can_mail():
        sentence = _("Mail is not set up. Ask your admin to set RELASI_MAIL and RELASI_URL.")
        raise Refused([Refusal("", "INVALID_TRANSITION", sentence)])
    if not can_be_mailed(document):
        sentence = _("In this state the document cannot be sent.")
        raise Refused([Refusal("", "INVALID_TRANSITION", sentence)])
    for name in ("subject", "text"):
        written = getattr(letter, name)
        if not written:
            refusals.append(Refusal(name, "REQUIRED", _("This must be filled in.")))
        elif len(written) > LONGEST[name]:
            refusals.append(Refusal(name, "OUT_OF_RANGE", _("This is too long.")))
    if not to:
        refusals.append(Refusal("to", "REQUIRED", _("Write at least one email address.")))
    if refusals:
        raise Refused(refusals)
    with transaction.atomic():
        return _send(document, letter, user, to, copies)


def _send(document: Any, letter: Letter, user: Any, to: list[str], copies: list[str]) -> SentMail:
    if document.status in document.flow.inside:
        document = document.send()
    document = type(document)._base_manager.get(pk=document.pk)
    text = letter.text
    if letter.with_link:
        link = open_link_of(document.pk) or make_link(document.pk)
        with translation.override(letter.language):
            line = _("Read it online: %(link)s") % {"link": settings.PUBLIC_URL.rstrip("/") + link.path}
        text = f"{text}\n\n{line}"
    name = re.sub(r"[^A-Za-z0-9-]+", "-", document.number) + ".pdf"
    values = {"record": document.pk, "recipients": ", ".join(to), "copies": ", ".join(copies) or None,
              "subject": letter.subject, "text": letter.text, "file_name": name}  # fmt: skip
    kept = create(SentMail, values)
    mail = EmailMessage(
        letter.subject, text, None, to, cc=copies, reply_to=[user.email] if user.email else None
    )
    mail.attach(
        name, pdf(sheet_of(document, SYSTEM, letter.language, details().paper_size)), "application/pdf"
    )
    try:
        said_outside()
        mail.send()
    except OSError as trouble:
        sentence = _("The mail server did not take it. Nothing was sent; try again later.")
        raise Refused([Refusal("", "INVALID_TRANSITION", sentence)]) from trouble
    return kept


def _addresses(text: str, field: str) -> list[str]:
    found = [one for one in re.split(r"[\s,;]+", text) if one]
    for one in found:
        try:
            validate_email(one)
        except ValidationError:
            sentence = _("“%(address)s” is not an email address.") % {"address": one[:100]}
            raise Refused([Refusal(field, "INVALID_VALUE", sentence)]) from None
    if len(found) > MOST:
        raise Refused([Refusal(field, "OUT_OF_RANGE", _("At most %(n)s addresses.") % {"n": MOST})])
    return found
