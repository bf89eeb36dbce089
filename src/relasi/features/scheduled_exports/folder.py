"""Folder: where files of scheduled exports lie on the server, below the data folder and nowhere else."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from relasi.features.scheduled_exports.trouble import Undelivered

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def root() -> Path:
    return Path(settings.DATA) / "exports"


def fits(name: str) -> bool:
    """Whether this may be the name of a folder: small letters, digits, - and _; no way leads out of it."""
    return NAME.fullmatch(name) is not None


def put(folder: str, name: str, content: str, keep: int, kept_before: list[str]) -> str:
    """Copies the file whole or not at all, and takes away the oldest of its own. Returns its place below the data folder.

    kept_before: names this schedule has put there, newest first. keep: how many of all stay, 0 for all.
    """
    if not fits(folder):
        raise Undelivered(_("The folder is not named as it should be."), for_good=True)
    place = root() / folder
    making = place / f".{name}.part"
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(content, making)
        os.replace(making, place / name)
    except OSError as trouble:
        making.unlink(missing_ok=True)
        sentence = _("The file could not be written: %(reason)s.")
        raise Undelivered(sentence % {"reason": trouble.strerror or trouble}) from trouble
    if keep:
        for old in [one for one in kept_before if one != name][keep - 1 :]:
            (place / Path(old).name).unlink(missing_ok=True)
    return f"exports/{folder}/{name}"
