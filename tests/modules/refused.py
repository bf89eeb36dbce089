"""refused: what a write is not taken for, as (field, code)."""

from collections.abc import Callable
from typing import Any

import pytest

from relasi.engine.records.write import Refused


def refused(call: Callable[..., Any], *args: Any, **how: Any) -> list[tuple[str, str]]:
    """Everything held against the write; the test fails when it is taken."""
    with pytest.raises(Refused) as caught:
        call(*args, **how)
    return [(refusal.field, refusal.code) for refusal in caught.value.refusals]
