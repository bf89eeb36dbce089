"""Letterhead: what stands on every paper about the company, as texts and pictures; read from the settings of the company."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from relasi.engine.access.company import company
from relasi.engine.declare.registry import registry
from relasi.engine.fields.image import open_picture
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import Reader

ACCENT = "#3c46b8"
WIDEST = 480  # px of a picture on paper


def details() -> Any:
    """The one row of company details; a blank one while there is none."""
    model: Any = registry.module("billing.CompanyDetails").model
    return model._base_manager.filter(trashed_at=None).first() or model()


def letterhead(slug: str, reader: Reader) -> dict[str, Any]:
    """For the templates. slug: of the kind of document, whose closing words and terms are wanted."""
    found = details()
    texts = _model("billing.DocumentText").filter(document=slug, language=reader.language).first()
    return {
        "company": found.legal_name or company().name,
        "block": _block(found, reader),
        "accent": found.colour or ACCENT,
        "logo": png_of(found.logo),
        "stamp_image": png_of(found.stamp),
        "footer": (texts and texts.footer) or "",
        "usual_terms": (texts and texts.terms) or "",
    }


def banks() -> list[Any]:
    return list(_model("billing.BankAccount").filter(printed=True).order_by("position", "pk"))


def language_for(document: Any, otherwise: str = "") -> str:
    """That of the contact, else that of the company's documents."""
    contact = getattr(document, "contact", None)
    chosen = getattr(contact, "language", None)
    return chosen or details().paper_language or otherwise or company().language


def _model(label: str) -> Any:
    return registry.module(label).model._base_manager.filter(trashed_at=None)


def _block(found: Any, reader: Reader) -> list[str]:
    address = kind_of(found._meta.get_field("address")).show(found.address, reader) if found.address else ""
    lines = str(address or "").splitlines()
    phone = kind_of(found._meta.get_field("phone")).show(found.phone, reader) if found.phone else ""
    website = (found.website or "").partition("://")[2].rstrip("/")
    lines.append(" · ".join(str(one) for one in (phone, found.email, website) if one))
    lines.append(
        " · ".join(
            f"{label} {text}" for label, text in (("NPWP", found.npwp), ("NITKU", found.nitku)) if text
        )
    )
    return [line for line in lines if line]


def png_of(name: str | None) -> list[int]:
    """The bytes of a stored picture as the template takes them; none where there is no picture."""
    if not name:
        return []
    try:
        with open_picture(name) as stored, Image.open(stored) as picture:
            picture.thumbnail((WIDEST, WIDEST))
            out = io.BytesIO()
            picture.save(out, "PNG")
    except (FileNotFoundError, OSError):
        return []
    return list(out.getvalue())
