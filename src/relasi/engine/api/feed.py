"""Feed: everything that changed, in an order a program can follow without missing or repeating anything."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import may
from relasi.engine.api.caller import Caller
from relasi.engine.api.changes import cluster, end_of_feed, rows_after, told_to
from relasi.engine.api.given import listed, parameters, sealed, size_of, unsealed, yes
from relasi.engine.api.problem import Problem
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry

MOST = 1000


def changes(caller: Caller) -> HttpResponse:
    """What changed after the place, oldest first. Without `after` from the beginning; `from_now` gives the place to begin."""
    asked = parameters(caller.request, "after", "size", "modules", "from_now")
    size, modules = size_of(asked["size"], MOST), _modules(caller, listed(asked["modules"]))
    home, end = cluster(), end_of_feed()
    if yes(asked["from_now"], "from_now"):
        return JsonResponse({"data": [], "after": _place(home, end, 0), "more": False})
    xid, last = _begin(home, asked["after"])
    tables = [module.table for module in modules]
    rows = rows_after(xid, last, end, tables, size)
    told = [one for _row, one in told_to(caller.user, modules, rows)]
    more = len(rows) == size
    after = _place(home, rows[-1].xid, rows[-1].id) if more else _place(home, end, 0)
    return JsonResponse({"data": told, "after": after, "more": more})


def _modules(caller: Caller, slugs: list[str]) -> list[Module]:
    known = {one.slug: one for one in registry if one.is_record}
    for slug in slugs:
        if slug not in known or not may(caller.user, "view", known[slug]):
            raise Problem(422, "INVALID_VALUE", _("There is no such module."), "modules")
        caller.must_see(known[slug])
    chosen = [known[slug] for slug in slugs] or list(known.values())
    return [one for one in chosen if may(caller.user, "view", one) and caller.reads(one)]


def _place(home: str, xid: str, id: int) -> str:
    return str(sealed(f"{home}.{xid}.{id}", "feed"))


def _begin(home: str, text: str) -> tuple[str, int]:
    if not text:
        return "0", 0
    there, xid, id = unsealed(text, "feed").split(".")
    if there != home:
        sentence = _("The data was restored elsewhere since: read everything anew and follow from there.")
        raise Problem(410, "FEED_ENDED", sentence, "after")
    return xid, int(id)
