"""Keys made of names: what programs and stored values call what an admin named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def free_key(name: str | None, taken: Collection[str], prefix: str = "", *, word: str = "field") -> str:
    """Letters, digits and underscores; with a number behind it where the key is taken. word: for a name without any."""
    plain = unicodedata.normalize("NFKD", name or "").encode("ascii", "ignore").decode()
    key = prefix + (_NOT_WORD.sub("_", plain.lower()).strip("_")[:40] or word)
    keys = (key if n == 1 else f"{key}_{n}" for n in range(1, len(taken) + 2))
    return next(one for one in keys if one not in taken)
