"""Pages: what programs of a person propose, and one proposal with all it would change."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.api.problem import Problem
from relasi.engine.fields.kind import Kind
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.history import Entry as Happened
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.screens.asking import shell_for, signed_in, user_of
from relasi.engine.screens.changes import changed_in
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.toasts import toast
from relasi.features.mcp.deciding import approve as approve_it
from relasi.features.mcp.deciding import moved_on, outcome_of
from relasi.features.mcp.deciding import refuse as refuse_it
from relasi.features.mcp.models import Proposal, proposals_of
from relasi.features.mcp.operations import Outcome

PAGE = 50


def _own(request: HttpRequest, id: int) -> Proposal:
    found = proposals_of(user_of(request)).filter(pk=id).first()
    if found is None:
        raise Http404
    return found


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    found = Paginator(proposals_of(user_of(request)), PAGE).get_page(request.GET.get("page"))
    context = {"shell": shell_for(request, None, (_("Proposals"), None)), "page": found}
    return render_page(request, "features/mcp/proposals.html", context)


@signed_in
def one(request: HttpRequest, id: int) -> HttpResponse:
    return _shown(request, _own(request, id))


def _shown(request: HttpRequest, proposal: Proposal, refused: Refused | None = None) -> HttpResponse:
    user = user_of(request)
    outcome, moved = Outcome(), []
    if proposal.open:
        moved = moved_on(proposal, user)
        outcome = _outcome(proposal, user) if not moved else outcome
    elif proposal.change_set is not None and ChangeSet.objects.filter(pk=proposal.change_set).exists():
        outcome.changed = changed_in(proposal.change_set, user)
    context: dict[str, Any] = {
        "shell": shell_for(request, None, (_("Proposals"), "/proposals/"), (proposal.title or str(proposal.pk), None)),
        "proposal": proposal,
        "outcome": outcome,
        "moved": moved,
        "shown": _changes,
        "sentences": list(dict.fromkeys(str(one.message) for one in (refused.refusals if refused else outcome.refusals))),
        "may_decide": proposal.open and not request.visitor.impersonator,  # type: ignore[attr-defined]
    }  # fmt: skip
    status = refused.status if refused else 200
    return render_page(request, "features/mcp/proposal.html", context, status=status)


def _changes(act: Happened) -> list[tuple[Any, Any, Any]]:
    """(label, before, after) as the macro `changes` draws them; references stand there by title already."""
    return [
        (one.kind.label, _said(one.kind, one.before), _said(one.kind, one.after))
        for one in act.fields
        if not one.kind.secret
    ]


def _said(kind: Kind, value: Any) -> Any:
    return value if isinstance(value, str) else kind.show(value)


def _outcome(proposal: Proposal, user: Any) -> Outcome:
    """A module that went since, or fields that are no more, are refusals too."""
    try:
        return outcome_of(proposal, user)
    except Refused as wrong:
        return Outcome(refusals=wrong.refusals)
    except Problem as wrong:
        return Outcome(refusals=[Refusal(wrong.field, wrong.code, wrong.sentence)])


@signed_in
@require_POST
def approve(request: HttpRequest, id: int) -> HttpResponse:
    """`confirm`: codes of the warnings the page showed."""
    proposal = _deciding(request, id)
    try:
        change_set = approve_it(proposal, user_of(request), request.POST.getlist("confirm"))
    except Refused as refused:
        return _shown(request, _own(request, id), refused)
    except Problem as wrong:
        return _shown(request, _own(request, id), Refused([Refusal("", wrong.code, wrong.sentence)]))
    toast(
        request,
        ngettext("%(n)s record is written.", "%(n)s records are written.", proposal.rows)
        % {"n": proposal.rows},
    )
    return HttpResponseRedirect(f"/changes/{change_set}/" if change_set else f"/proposals/{id}/")


@signed_in
@require_POST
def refuse(request: HttpRequest, id: int) -> HttpResponse:
    proposal = _deciding(request, id)
    try:
        refuse_it(proposal)
    except Refused as refused:
        return _shown(request, _own(request, id), refused)
    toast(request, _("Refused. Nothing was written."))
    return HttpResponseRedirect("/proposals/")


def _deciding(request: HttpRequest, id: int) -> Proposal:
    """Nobody decides while looking through the eyes of somebody else."""
    proposal = _own(request, id)
    if request.visitor.impersonator:  # type: ignore[attr-defined]
        raise Http404
    return proposal
