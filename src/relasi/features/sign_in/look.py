"""Look: the pages of the sign-in library drawn like all others, before and after somebody is signed in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from relasi.engine.access.company import company
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell


class AtTheDoor:
    """Mixin of views for people who are not signed in yet."""

    request: HttpRequest
    template_name: str

    def render_to_response(self, context: dict[str, Any], **how: Any) -> HttpResponse:
        form = context.get("form")
        status = 422 if form is not None and form.is_bound and form.errors else 200
        return page_at_the_door(self.request, self.template_name, context, status=status)


def page_at_the_door(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    found = company()
    named = {"company": found.name if found.pk else ""}
    return render_page(request, template, {**named, **context}, status=status)


class Own:
    """Mixin of views about one's own security: nobody's business while an admin looks through other eyes."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.visitor.impersonator:  # type: ignore[attr-defined]
            raise Http404
        return never_cache(super().dispatch)(request, *args, **kwargs)  # type: ignore[misc]


class Inside(Own):
    """Mixin of those that are a page. title: its last crumb."""

    request: HttpRequest
    template_name: str
    title: Any = ""

    def render_to_response(self, context: dict[str, Any], **how: Any) -> HttpResponse:
        form = context.get("form")
        status = 422 if form is not None and form.is_bound and form.errors and form.data else 200
        crumbs: list[tuple[Any, str | None]] = [(_("Security"), "/security/"), (self.title, None)]
        shell = Shell(self.request, crumbs=crumbs if self.title else [(_("Security"), None)])
        values = {"shell": shell, "title": self.title, **context}
        return render_page(self.request, self.template_name, values, status=status)
