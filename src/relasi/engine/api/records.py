"""Records: the list of a module, one record, and what is done to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from relasi.engine.api.caller import Caller
from relasi.engine.api.face import check_paths, expand, paths_of, row_of, whole_of
from relasi.engine.api.given import (
    LARGEST_ID,
    body_of,
    condition_of,
    lines_in,
    listed,
    parameters,
    sealed,
    size_of,
    unsealed,
    values_in,
    version_of,
    yes,
)
from relasi.engine.api.problem import Problem, error_of, gone, not_there, refused
from relasi.engine.fields.kind import Invalid
from relasi.engine.query.listing import Listing
from relasi.engine.query.one import find_one
from relasi.engine.records.change_set import ChangeRow
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create as create_record
from relasi.engine.records.write import restore as restore_records
from relasi.engine.records.write import trash, update
from relasi.engine.screens.shell import Entry

LISTING = ("filter", "fields", "expand", "sort", "size", "after", "q", "count")
COUNTED = (
    10_000  # beyond this a list says "more than", as counting a million rows costs more than reading a page
)


def index(caller: Caller, entry: Entry) -> HttpResponse:
    """A page of records. See LISTING for its parameters, docs/api.md for what they mean."""
    caller.must_see(entry.module)
    return JsonResponse(page_of(caller, entry, fixed=dict(entry.fixed)))


def page_of(caller: Caller, entry: Entry, fixed: dict[str, Any]) -> dict[str, Any]:
    asked = parameters(caller.request, *LISTING)
    found = page_asked(caller, entry, asked, fixed)
    if found["after"]:
        query = {name: value for name, value in asked.items() if value} | {"after": found["after"]}
        found["next"] = f"{caller.request.path}?{urlencode(query)}"
    return found


def page_asked(caller: Caller, entry: Entry, asked: dict[str, str], fixed: dict[str, Any]) -> dict[str, Any]:
    """asked: every parameter of LISTING, "" for those not given."""
    size, sort = size_of(asked["size"]), listed(asked["sort"])
    place = (entry.slug, tuple(sort), tuple(sorted(fixed.items())))
    listing = listing_of(caller, entry, asked, fixed)
    page = listing.page(size, after=unsealed(asked["after"], *place))
    rows = [row_of(listing.paths, record) for record in page.rows]
    expand(caller, entry.module, rows, listed(asked["expand"]))
    found: dict[str, Any] = {"data": rows, "next": None, "after": sealed(page.after, *place)}
    if yes(asked["count"], "count"):
        count = listing.count(COUNTED)
        found |= {"count": min(count, COUNTED), "more": count > COUNTED}
    return found


def listing_of(caller: Caller, entry: Entry, asked: dict[str, str], fixed: dict[str, Any]) -> Listing:
    """Raises Problem naming the parameter that holds what may not be asked for."""
    listing = Listing(
        entry.module,
        caller.user,
        condition=condition_of(asked["filter"]),
        columns=_named("fields", lambda: paths_of(caller, entry.module, listed(asked["fields"]))),
        sort=listed(asked["sort"]),
        words=asked["q"],
        fixed=fixed,
    )
    _named("filter", lambda: check_paths(caller, [leaf.path for leaf in listing.group.leaves()]))
    keys = _named("sort", lambda: listing.keys)
    _named("sort", lambda: check_paths(caller, [key.path for key in keys]))
    if len(keys) < len(listing.sort):
        raise Problem(422, "INVALID_VALUE", _("A list is not sorted by this."), "sort")
    return listing


def _named(parameter: str, read: Any) -> Any:
    try:
        return read()
    except Invalid as wrong:
        raise Problem(422, wrong.code, wrong.message, parameter) from None


def record_of(caller: Caller, entry: Entry, id: int, *, trashed: bool | None = False) -> Any:
    """The record, or the one answer for what is not there or may not be seen. trashed None: in the bin or not."""
    caller.must_see(entry.module)
    for in_bin in (False, True) if trashed is None else (trashed,):
        found = None
        if id <= LARGEST_ID:
            found = find_one(caller.user, entry.module, id, trashed=in_bin, fixed=dict(entry.fixed))
        if found is not None:
            return found
    raise gone() if trashed is False and _was_there(caller, entry, id) else not_there()


def _was_there(caller: Caller, entry: Entry, id: int) -> bool:
    """Whether the person may know that this record has been deleted: it waits in the bin for them to see, or they are
    an admin and history keeps the stub of one that is gone for good."""
    if id > LARGEST_ID:
        return False
    if find_one(caller.user, entry.module, id, trashed=True, fixed=dict(entry.fixed)) is not None:
        return True
    table = entry.module.model._meta.db_table
    return (
        bool(caller.user.is_admin) and ChangeRow.objects.filter(record_id=id, origin=table, kind="d").exists()
    )


def told(caller: Caller, entry: Entry, record: Any, status: int = 200, **more: Any) -> JsonResponse:
    """One record with its version as its ETag."""
    body = whole_of(caller, entry.module, record)
    return JsonResponse(body | more, status=status, headers={"ETag": f'"{record.version}"'})


def again(caller: Caller, entry: Entry, id: int, status: int = 200, **more: Any) -> JsonResponse:
    """The record as it stands now. Whoever gave it away sees no more than its id."""
    record = find_one(caller.user, entry.module, id)
    if record is None:
        return JsonResponse({"id": id, "version": None} | more, status=status)
    return told(caller, entry, record, status, **more)


def read(caller: Caller, entry: Entry, id: int) -> HttpResponse:
    asked = parameters(caller.request, "expand", "trashed")
    record = record_of(caller, entry, id, trashed=None if yes(asked["trashed"], "trashed") else False)
    if caller.request.headers.get("If-None-Match", "") == f'"{record.version}"':
        return HttpResponse(status=304, headers={"ETag": f'"{record.version}"'})
    found = whole_of(caller, entry.module, record)
    expand(caller, entry.module, [found], listed(asked["expand"]))
    found["trashed_at"] = record.trashed_at
    return JsonResponse(found, headers={"ETag": f'"{record.version}"'})


def create(caller: Caller, entry: Entry) -> HttpResponse:
    caller.must_write(entry.module)
    asked = parameters(caller.request, "confirm")
    given = {**dict(entry.fixed), **body_of(caller.request)}
    lines = lines_in(entry.module, given)
    values = values_in(entry.module, given)
    made = create_record(entry.module.model, values, lines=lines, confirmed=listed(asked["confirm"]))
    answer = again(caller, entry, made.pk, 201)
    answer["Location"] = f"/api/v1/{entry.slug}/{made.pk}"
    return answer


def change(caller: Caller, entry: Entry, id: int) -> HttpResponse:
    """What is not given stays. 412 when somebody changed one of the fields since the version in If-Match."""
    caller.must_see(entry.module)
    record = record_of(caller, entry, id)
    caller.must_write(entry.module)
    asked = parameters(caller.request, "confirm")
    version, given = version_of(caller.request), body_of(caller.request)
    lines = lines_in(entry.module, given)
    values = values_in(entry.module, given)
    try:
        update(record, values, version=version, lines=lines, confirmed=listed(asked["confirm"]))
    except Refused as wrong:
        raise _stale(wrong) from None
    return again(caller, entry, id)


def _stale(wrong: Refused) -> Exception:
    """A lost race of If-Match, with the fields that stand otherwise now."""
    stale = next((one for one in wrong.refusals if one.code == "STALE_VERSION"), None)
    if stale is None:
        return wrong
    errors = [error_of(stale)]
    errors += [
        {"field": name, "code": "STALE_VERSION", "message": str(stale.message)}
        for name, _mine, _theirs, changed in stale.more.get("fields", ())
        if changed
    ]
    return Problem(412, "STALE_VERSION", stale.message, errors=errors)


def delete(caller: Caller, entry: Entry, id: int) -> HttpResponse:
    """Into the recycle bin."""
    record = record_of(caller, entry, id)
    caller.must_write(entry.module)
    asked = parameters(caller.request, "confirm")
    version = version_of(caller.request)
    with transaction.atomic():
        model = entry.module.model
        now = model._base_manager.select_for_update(of=("self",)).values_list("version", flat=True)
        if version is not None and now.get(pk=record.pk) != version:
            raise Problem(412, "STALE_VERSION", _("Somebody else changed this record in the meantime."))
        written = trash(model, [id], confirmed=listed(asked["confirm"]))
    return HttpResponse(status=204, headers={"X-Change-Set": str(written.change_set)})


def restore(caller: Caller, entry: Entry, id: int) -> HttpResponse:
    record_of(caller, entry, id, trashed=None)
    caller.must_write(entry.module)
    parameters(caller.request)
    try:
        restore_records(entry.module.model, [id])
    except Refused as wrong:
        raise refused(wrong.refusals, wrong.status) from None
    return again(caller, entry, id)
