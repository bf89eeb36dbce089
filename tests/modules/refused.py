"""refused: what a write is not taken for, as (field, code)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from relasi.engine.records.write import Refused


def refused(call: Callable[..., Any], *args: Any, **how: Any) -> list[tuple[str, str]]:
    """Everything held against the write; the test fails when it is taken."""
    with pytest.raises(Refused) as caught:
        call(*args, **how)
    return [(refusal.field, refusal.code) for refusal in caught.value.refusals]


@contextmanager
def refusing(code: str, field: str | None = None) -> Iterator[None]:
    """What happens inside is refused for this one reason. field: None for whichever it is."""
    with pytest.raises(Refused) as caught:
        yield
    found = [(refusal.field, refusal.code) for refusal in caught.value.refusals]
    assert [one[1] for one in found] == [code], found
    assert field is None or found[0][0] == field, found
