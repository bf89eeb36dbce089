"""InvalidText: what a reader is told when a phone number, e-mail or identity number is wrong."""

from collections.abc import Mapping
from typing import Any


class InvalidText(ValueError):
    """A refused value. `code` is stable, `message` and `params` give the sentence in the reader's language.

    The three attributes are those of Django's ValidationError, so that a form can pass them on as they are.
    """

    def __init__(self, code: str, message: Any, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.params: Mapping[str, object] = params

    @property
    def reason(self) -> str:
        """The sentence in the language active now."""
        return str(self.message) % self.params if self.params else str(self.message)

    def __str__(self) -> str:
        return self.reason

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.code, self.message, dict(self.params)))


def _rebuild(kind: type[InvalidText], code: str, message: Any, params: dict[str, object]) -> InvalidText:
    return kind(code, message, **params)


def shortened(text: str, longest: int = 40) -> str:
    """Return the text as it may be quoted in an error: one line, at most `longest` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
