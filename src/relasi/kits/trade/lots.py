"""Lots: a run does what is due of many documents some at a time, and nobody's waits for the one that cannot be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from django.utils.translation import gettext as _

from relasi.engine.records.refusal import Refused

Done = TypeVar("Done")

AT_ONCE = 200


def in_lots(
    ids: Sequence[int],
    do: Callable[[list[int]], Done],
    failed: Callable[[int, Exception], None],
    at_once: int = AT_ONCE,
) -> Iterator[Done]:
    """What `do` gives for each lot that could be done.

    do: one lot in a transaction of its own, all of it or nothing. A lot that raises is halved until the one at fault
    stands alone; that one goes to `failed`.
    """
    for start in range(0, len(ids), at_once):
        yield from _halving(list(ids[start : start + at_once]), do, failed)


def _halving(
    ids: list[int], do: Callable[[list[int]], Done], failed: Callable[[int, Exception], None]
) -> Iterator[Done]:
    try:
        done = do(ids)
    except Exception as trouble:  # whatever it is, it stops this one alone
        if len(ids) == 1:
            failed(ids[0], trouble)
            return
        half = len(ids) // 2
        yield from _halving(ids[:half], do, failed)
        yield from _halving(ids[half:], do, failed)
        return
    yield done


def why_not(trouble: Exception) -> str:
    """Why something was not done, in words."""
    if isinstance(trouble, Refused):
        return "\n".join(dict.fromkeys(str(one.message) for one in trouble.refusals))
    return _("Something unexpected went wrong: %(what)s") % {
        "what": f"{type(trouble).__name__}: {trouble}"[:300]
    }
