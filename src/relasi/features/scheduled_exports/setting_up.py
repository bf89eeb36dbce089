"""Setting up: what somebody wants exported at which times, checked and kept. A refused one changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.access.door import rights_of
from relasi.engine.access.sealed import seal
from relasi.engine.api.safe_address import UnsafeAddress, resolve
from relasi.engine.api.webhook import allowed_hosts
from relasi.engine.declare.registry import registry
from relasi.engine.query.saved_view import built_in_views, views_for
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, trash, write
from relasi.engine.screens.shell import Entry, entry_of
from relasi.engine.transfer.export import formats_of, may_export
from relasi.features.scheduled_exports import folder
from relasi.features.scheduled_exports.schedule import (
    SEALED_FOR,
    Place,
    ScheduleClock,
    ScheduledExport,
)
from relasi.features.scheduled_exports.timing import frequencies, next_time
from relasi.users.user import Status, User

KEEPS = (7, 30, 90, 365, 0)
MOST = 10  # addresses
OWN = "own scheduled exports"
_OF_PLACE: dict[str, tuple[str, ...]] = {
    Place.MAIL: ("recipients",),
    Place.DISK: ("folder", "keep"),
    Place.S3: ("address", "region", "bucket", "prefix", "access_key"),
}
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/?)*")


def places(user: Any) -> list[Place]:
    """Where this person may have files go: what leaves by the server itself, admins set up."""
    return list(Place) if rights_of(user).admin else [Place.MAIL]


def lists_of(user: Any, entry: Entry) -> list[Any]:
    """The lists of the module this person may use, built in and saved."""
    return [*built_in_views(entry.module), *views_for(user, entry.module)]


def make(user: Any, values: Mapping[str, Any], secret: str = "") -> ScheduledExport:
    """values: of the fields, as typed. It is due from now on. Raises Refused."""
    given = _checked(user, values, secret, None) | {"user": user.pk}
    with transaction.atomic():
        found: ScheduledExport = write(registry.of(ScheduledExport), [Draft(given)], authorised=OWN).records[
            0
        ]
        set_clock(found)
    return found


def change(schedule: ScheduledExport, by: Any, values: Mapping[str, Any], secret: str = "") -> None:
    """secret: empty leaves it as it is. What it may do is measured by its owner and by whoever changes it. Raises Refused."""
    given = _checked(schedule.user, values, secret, schedule, by)
    with transaction.atomic():
        saved = write(registry.of(ScheduledExport), [Draft(given, id=schedule.pk)], authorised=OWN)
        set_clock(saved.records[0] if saved.records else schedule)


def turn(schedule: ScheduledExport, on: bool) -> None:
    with transaction.atomic():
        write(registry.of(ScheduledExport), [Draft({"active": on}, id=schedule.pk)], authorised=OWN)
        if on:
            set_clock(schedule)


def remove(schedule: ScheduledExport) -> None:
    trash(ScheduledExport, [schedule.pk], authorised=OWN)


def set_clock(schedule: ScheduledExport) -> None:
    """Due at its next time from now; what was missed is not made up for."""
    due = next_time(schedule.every, schedule.hour, timezone.now(), company().zone)
    ScheduleClock.objects.update_or_create(schedule=schedule, defaults={"next_at": due, "failures": 0})


def _checked(
    owner: Any, values: Mapping[str, Any], secret: str, now: ScheduledExport | None, by: Any = None
) -> dict[str, Any]:
    """What is to be stored. Refuses with every field that is wrong."""
    wrong: list[Refusal] = []
    place = values.get("place", "")
    allowed = places(by if by is not None else owner)
    if place not in allowed:
        raise Refused([Refusal("place", "INVALID_VALUE", _("Choose one of the list."))])
    names = ("name", "slug", "view", "format", "shape", "every", "place")
    given: dict[str, Any] = {name: str(values.get(name, "")).strip() for name in names}
    _check_list(owner, given, wrong)
    if given["every"] not in dict(frequencies()):
        wrong.append(Refusal("every", "INVALID_VALUE", _("Choose one of the list.")))
    given["hour"] = _number(values, "hour", range(24), wrong)
    for name in _OF_PLACE[place]:
        given[name] = str(values.get(name, "")).strip()
    {Place.MAIL: _check_mail, Place.DISK: _check_disk, Place.S3: _check_s3}[Place(place)](
        by if by is not None else owner, given, wrong
    )
    if place == Place.S3:
        if secret:
            given["sealed_secret"] = seal(secret, SEALED_FOR)
        elif now is None or not now.sealed_secret or now.address != given["address"]:
            wrong.append(Refusal("secret", "REQUIRED", _("This must be filled in.")))
    if not given["name"]:
        wrong.append(Refusal("name", "REQUIRED", _("This must be filled in.")))
    if wrong:
        raise Refused(wrong)
    return given


def _number(
    values: Mapping[str, Any], name: str, allowed: range | tuple[int, ...], wrong: list[Refusal]
) -> int:
    known = {str(one): one for one in allowed}
    text = str(values.get(name, "")).strip()
    if text not in known:
        wrong.append(Refusal(name, "INVALID_VALUE", _("Choose one of the list.")))
        return 0
    return known[text]


def _check_list(owner: Any, given: dict[str, Any], wrong: list[Refusal]) -> None:
    try:
        entry = entry_of(given["slug"])
    except KeyError:
        entry = None
    if entry is None or not may_export(owner, entry.module):
        wrong.append(Refusal("slug", "INVALID_VALUE", _("There is no such module.")))
    elif given["view"] not in {one.key for one in lists_of(owner, entry)}:
        wrong.append(Refusal("view", "INVALID_VALUE", _("Choose one of the list.")))
    elif given["format"] not in formats_of(entry.module):
        wrong.append(Refusal("format", "INVALID_VALUE", _("Choose one of the list.")))


def _check_mail(user: Any, given: dict[str, Any], wrong: list[Refusal]) -> None:
    """Whoever is no admin sends to people who work here alone."""
    found = list(dict.fromkeys(one for one in re.split(r"[\s,;]+", given["recipients"]) if one))
    if not found:
        wrong.append(Refusal("recipients", "REQUIRED", _("Write at least one email address.")))
    elif len(found) > MOST:
        wrong.append(Refusal("recipients", "OUT_OF_RANGE", _("At most %(n)s addresses.") % {"n": MOST}))
    for one in found[:MOST]:
        try:
            validate_email(one)
        except ValidationError:
            sentence = _("“%(address)s” is not an email address.") % {"address": one[:100]}
            wrong.append(Refusal("recipients", "INVALID_VALUE", sentence))
            continue
        if not rights_of(user).admin and not works_here(one):
            sentence = _("%(address)s is nobody who works here. Only an admin may send outside.")
            wrong.append(Refusal("recipients", "INVALID_VALUE", sentence % {"address": one[:100]}))
    given["recipients"] = ", ".join(found)


def works_here(address: str) -> bool:
    return bool(User.objects.filter(email__iexact=address, status=Status.ACTIVE).exists())


def _check_disk(user: Any, given: dict[str, Any], wrong: list[Refusal]) -> None:
    if not folder.fits(given["folder"]):
        sentence = _("Small letters, digits, - and _ alone, such as penjualan-bulanan.")
        wrong.append(Refusal("folder", "INVALID_VALUE", sentence))
    given["keep"] = _number(given, "keep", KEEPS, wrong)


def _check_s3(user: Any, given: dict[str, Any], wrong: list[Refusal]) -> None:
    for name in ("region", "access_key"):
        if (
            not given[name]
            or not given[name].isascii()
            or not given[name].isprintable()
            or " " in given[name]
        ):
            wrong.append(Refusal(name, "REQUIRED", _("This must be filled in, without blanks.")))
    if not _BUCKET.fullmatch(given["bucket"]):
        sentence = _("Small letters, digits, dots and hyphens, 3 to 63 of them.")
        wrong.append(Refusal("bucket", "INVALID_VALUE", sentence))
    if not _PREFIX.fullmatch(given["prefix"]):
        sentence = _("Letters, digits, - and _, with / between folders, such as relasi/harian/.")
        wrong.append(Refusal("prefix", "INVALID_VALUE", sentence))
    try:
        target = resolve(given["address"], allowed_hosts())
    except UnsafeAddress as trouble:
        wrong.append(Refusal("address", "INVALID_VALUE", str(trouble)))
        return
    if target.path != "/" or (target.scheme != "https" and target.host.casefold() not in allowed_hosts()):
        sentence = _("Type https:// and the host alone, such as https://s3.ap-southeast-3.amazonaws.com.")
        wrong.append(Refusal("address", "INVALID_VALUE", sentence))
