"""Drawing: what somebody drew in the browser, such as a signature, as a picture."""

from __future__ import annotations

import base64
import binascii

DRAWN = "data:image/png;base64,"
LARGEST_DRAWING = 500_000  # characters


def drawn(text: str) -> bytes | None:
    """The picture a browser sends of a drawing; None for nothing. Raises ValueError."""
    if not text:
        return None
    if not text.startswith(DRAWN) or len(text) > LARGEST_DRAWING:
        raise ValueError("no drawing")
    try:
        content = base64.b64decode(text.removeprefix(DRAWN), validate=True)
    except binascii.Error as wrong:
        raise ValueError("no drawing") from wrong
    if not content.startswith(b"\x89PNG"):
        raise ValueError("no drawing")
    return content
