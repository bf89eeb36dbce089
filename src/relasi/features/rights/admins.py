"""What the pages of rights share: only admins are let in, and each page says where it stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import rights_of
from relasi.engine.access.structures import MEMBER_KINDS
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import signed_in, user_of
from relasi.engine.screens.shell import Shell
from relasi.engine.screens.toasts import toast

View = Callable[..., HttpResponse]


def for_admins(view: View) -> View:
    """Everybody else finds nothing at this address."""

    @wraps(view)
    @signed_in
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rights_of(user_of(request)).admin:
            raise Http404
        return view(request, *args, **kwargs)

    return checked


def settings_shell(request: HttpRequest, *crumbs: tuple[Any, str | None]) -> Shell:
    return Shell(request, current="settings", crumbs=[(_("Settings"), "/settings/"), *crumbs])


def tell(request: HttpRequest, refused: Refused) -> None:
    """Why nothing was changed, for pages whose form holds nothing typed."""
    for sentence in dict.fromkeys(str(refusal.message) for refusal in refused.refusals):
        toast(request, sentence, kind="bad")


def member_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Everybody who can be named as a member or as an end of a rule: (heading, [("role:7", name)])."""
    from relasi.engine.access.directory import directory

    names = directory()
    people = [(id, names.name_of("user", id)) for id, person in names.people.items() if person.is_active]
    roles = [(id, names.name_of("role", id)) for id in names.roles]
    groups = [(id, names.name_of("group", id)) for id in names.groups]
    entries = {"user": people, "role": roles, "role_tree": roles, "group": groups}
    return [
        (
            str(MEMBER_KINDS[kind]),
            [(f"{kind}:{id}", name) for id, name in sorted(found, key=lambda pair: pair[1].casefold())],
        )
        for kind, found in entries.items()
    ]


def member_of(text: str) -> tuple[str, int] | None:
    """ "role:7" -> ("role", 7); None for what is nothing of the kind."""
    kind, _colon, id = text.partition(":")
    return (kind, int(id)) if kind in MEMBER_KINDS and id.isdigit() else None
