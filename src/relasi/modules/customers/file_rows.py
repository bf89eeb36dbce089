"""File rows: how the names of people in files of other programs are set to rights before they are read."""

from __future__ import annotations

from typing import Any

from relasi.kits.parties.person_name import PersonName, split_person_columns, split_person_name


def from_full_name(text: str) -> dict[str, str]:
    """A whole name in one cell: "Bpk. Made Lubis, S.T." gives salutation, first and last name."""
    return _texts(split_person_name(text))


def tidy_person(texts: dict[str, Any]) -> None:
    """Takes salutations out of the names; a single name moves to the last name, where names must stand."""
    first, last = texts.get("first_name"), texts.get("last_name")
    if first and last and _is_plain(first) and _is_plain(last):
        return
    if not first and not last:
        return
    for name, text in _texts(split_person_columns(str(first or ""), str(last or ""))).items():
        if name != "salutation":
            texts.pop(name, None)
        if text:
            texts.setdefault(name, text)


def _is_plain(name: Any) -> bool:
    """One word without a dot or comma: nothing can be hidden in it."""
    return isinstance(name, str) and name.isalpha()


def _texts(name: PersonName) -> dict[str, str]:
    salutation, first, last = name.for_contact
    return {"salutation": salutation, "first_name": first, "last_name": last}
