"""Tags: one's own and the shared ones, with how often each is used: naming, colouring, merging, deleting."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import has_tool
from relasi.engine.activity.tag import TOOL, Tag, Tone, Visibility, delete, merge, tags_for, usage
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, update
from relasi.engine.screens.asking import go_to, signed_in, user_of, whole
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell
from relasi.engine.screens.toasts import offer_undo


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """The lists; POST makes a new tag."""
    user = user_of(request)
    error, status = "", 200
    if request.method == "POST":
        try:
            create(Tag, _given(request.POST))
        except Refused as refused:
            error, status = " ".join(refused.by_field().values()), refused.status
        else:
            return _done(request, _("The tag is made."))
    tags = list(tags_for(user).order_by("name", "pk"))
    counts = usage([tag.pk for tag in tags])
    rows = [(tag, counts.get(tag.pk, 0), tag.permits(user, "edit")) for tag in tags]
    context = {
        **_choices(user),
        "shell": Shell(request, crumbs=[(_("Tags"), None)]),
        "mine": [row for row in rows if row[0].visibility == Visibility.PRIVATE],
        "shared": [row for row in rows if row[0].visibility == Visibility.SHARED],
        "error": error,
        "values": request.POST if error else {},
    }
    return render_page(request, "screens/tags_page.html", context, status=status)


def _choices(user: Any) -> dict[str, Any]:
    return {
        "tones": [(tone.value, str(tone.label)) for tone in Tone],
        "visibilities": [
            (one.value, str(one.label))
            for one in Visibility
            if has_tool(user, TOOL) or one != Visibility.SHARED
        ],
        "modules": [(module.key, module.plural) for module in registry.records],
    }


def _given(post: Any) -> dict[str, Any]:
    return {name: post[name] for name in ("name", "tone", "visibility", "description") if name in post}


@signed_in
def one(request: HttpRequest, id: int) -> HttpResponse:
    """do: save, merge (into) or delete. GET: the form, in a window."""
    user = user_of(request)
    tag = tags_for(user).filter(pk=id).first()
    if tag is None or not tag.permits(user, "edit"):
        raise Http404
    error, status = "", 200
    if request.method == "POST":
        try:
            return _act(request, tag)
        except Refused as refused:
            error, status = " ".join(dict.fromkeys(str(r.message) for r in refused.refusals)), refused.status
    others = tags_for(user).exclude(pk=tag.pk).order_by("name", "pk")
    context = {
        **_choices(user),
        "shell": Shell(request, crumbs=[(_("Tags"), "/tags/"), (tag.name, None)]),
        "tag": tag,
        "uses": usage([tag.pk]).get(tag.pk, 0),
        "others": [(other.pk, other.name) for other in others],
        "values": request.POST if error else {},
        "error": error,
    }
    return render_page(request, "screens/tag_page.html", context, part="drawer", status=status)


def _act(request: HttpRequest, tag: Tag) -> HttpResponse:
    what = request.POST.get("do", "save")
    if what == "delete":
        delete(tag)
        return _done(request, _("The tag is deleted."))
    if what == "merge":
        into = request.POST.get("into", "")
        other = tags_for(user_of(request)).filter(pk=whole(into) or 0).first()
        if other is None:
            raise Http404
        merge(tag, other)
        return _done(request, _("The tags are one now."))
    modules = [key for key in request.POST.getlist("modules") if registry.knows(key)]
    version = request.POST.get("version", "")
    values = {**_given(request.POST), "modules": modules}
    update(tag, values, version=whole(version), authorised="asked by `permits`")
    return _done(request, _("The tag is saved."))


def _done(request: HttpRequest, sentence: str) -> HttpResponse:
    offer_undo(request, current_acting().change_set, sentence)
    return go_to(request, "/tags/")
