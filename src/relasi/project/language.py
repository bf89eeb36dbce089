"""The launcher's own words: English in the code, Indonesian from the product's catalogue.

Pages use Django's translations. The launcher speaks before Django is loaded, so it reads the same
compiled catalogue with the standard library, and compiles it first when that is due.
"""

import gettext
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).resolve().parents[1] / "locale"
DOMAIN = "django"


class Trouble(Exception):
    """Something the reader can act on: its text is shown as it is, without a traceback."""


def language() -> str:
    """`id` where the terminal is Indonesian, else `en`."""
    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "id" if wanted.lower().startswith("id") else "en"


def _(text: str) -> str:
    return _translations().gettext(text)


def say(text: str = "") -> None:
    print(text, flush=True)


@cache
def _translations() -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, CATALOGUES, languages=[language()], fallback=True)


def compile_catalogues() -> list[Path]:
    """Compiles each .po file that is newer than its .mo file; answers which. No reader sees half a file."""
    done = []
    for source in _stale():
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parts[-3])
        aside = source.with_suffix(f".mo.{os.getpid()}")
        try:
            with aside.open("wb") as out:
                write_mo(out, catalogue)
            aside.replace(source.with_suffix(".mo"))
        finally:
            aside.unlink(missing_ok=True)
        done.append(source)
    if done:
        _translations.cache_clear()
    return done


def _stale() -> Iterator[Path]:
    for source in CATALOGUES.glob("*/LC_MESSAGES/*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            yield source
