"""Name columns: the name of a person as files hold it, whole or in columns, laid out into the fields of a record."""

from typing import Any

from relasi.kits.parties.person_name import split_person_columns, split_person_name

FIELDS = ("salutation", "first_name", "last_name")


def from_full_name(text: str) -> dict[str, str]:
    """Lay out a whole name: "Bpk. Made Lubis, S.T." gives salutation, first and last name."""
    return dict(zip(FIELDS, split_person_name(text).for_contact, strict=True))


def tidy_name(texts: dict[str, Any]) -> None:
    """Set the name of one row to rights, in place.

    "Bapak Made" in the column of first names gives a salutation, a single name is a last name. A salutation
    in a column of its own stays.
    """
    first, last = texts.get("first_name"), texts.get("last_name")
    if not first and not last:
        return
    salutation, first, last = split_person_columns(str(first or ""), str(last or "")).for_contact
    if salutation:
        texts.setdefault("salutation", salutation)
    texts["last_name"] = last
    if first:
        texts["first_name"] = first
    else:
        texts.pop("first_name", None)
