"""Keys made of names: what programs and stored values call what an admin named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def free_key(name: str, taken: Collection[str], prefix: str = "") -> str:
    """Letters, digits and underscores; with a number behind it where the key is taken."""
    plain = unicodedata.normalize("NFKD", name or "").encode("ascii", "ignore").decode()
    word = prefix + (_NOT_WORD.sub("_", plain.lower()).strip("_")[:40] or "field")
    keys = (word if n == 1 else f"{word}_{n}" for n in range(1, len(taken) + 2))
    return next(key for key in keys if key not in taken)
