"""QR: the way from the paper of a document to its online copy, as an SVG; nothing while there is none."""

from __future__ import annotations

import io
from typing import Any

import qrcode
import qrcode.image.svg
from django.conf import settings

from relasi.engine.activity.public_link import open_link_of


def qr_of(document: Any) -> str:
    """Of the newest open link, where the address people reach us by is known."""
    link = open_link_of(document.pk) if settings.PUBLIC_URL and document.pk else None
    if link is None:
        return ""
    return svg_of(settings.PUBLIC_URL.rstrip("/") + link.path)


def svg_of(text: str) -> str:
    """The QR code of a text: black squares, and nothing behind them."""
    out = io.BytesIO()
    qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage, border=1).save(out)
    return out.getvalue().decode()
