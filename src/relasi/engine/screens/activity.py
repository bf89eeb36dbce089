"""What hangs on a record, beside its facts: timeline and comments, drawn after the page and on pages of their own."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.access.door import may
from relasi.engine.activity import comment as comments
from relasi.engine.activity.attachment import largest
from relasi.engine.activity.comment import Comment
from relasi.engine.activity.follow import follow_of
from relasi.engine.activity.mention import drawn, people_who_see
from relasi.engine.activity.tagging import tags_on
from relasi.engine.activity.timeline import folded, tabs
from relasi.engine.activity.timeline import timeline as timeline_page
from relasi.engine.fields.kind import Invalid
from relasi.engine.records.change_set import ChangeRow
from relasi.engine.records.record import RecordIndex, title_of
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import shell_for, signed_in, user_of, visible_record, whole
from relasi.engine.screens.files import bounded, keep_files
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import add_event, deliver, offer_undo, toast
from relasi.users.user import User

PAGE = 50


def beside_record(request: HttpRequest, entry: Entry, record: Any) -> dict[str, Any]:
    """What the record page itself shows of it: the star and the tags, one query each."""
    user, module = user_of(request), entry.module
    if not module.is_record:
        return {}
    living = record.trashed_at is None
    return {
        "follow": follow_of(user, record.pk),
        "tags": tags_on(user, [record.pk]).get(record.pk, []),
        "may_comment": living,
        "may_attach": living and may(user, "edit", module, record),
        "largest": largest(),
    }


@signed_in
def timeline(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """The timeline, or the part that follows a cursor. show: the key of a tab."""
    record = visible_record(request, entry, id, trashed=None)
    context = timeline_context(request, entry, record)
    part = "more" if context["after"] else "timeline"
    return render_page(request, "screens/timeline.html", context, part=part)


def timeline_context(request: HttpRequest, entry: Entry, record: Any) -> dict[str, Any]:
    user, get = user_of(request), request.GET
    chosen = get.get("show", "") if get.get("show") in {tab.key for tab in tabs()} else ""
    after = get.get("after", "")
    try:
        page = timeline_page(record, user, tab=chosen, after=after, size=PAGE)
    except Invalid:
        raise Http404 from None
    title = title_of(record)
    return {
        "shell": lambda: shell_for(
            request, entry, (title, f"{entry.url}{record.pk}/"), (_("Timeline"), None)
        ),
        "entry": entry,
        "record": record,
        "title": title,
        "page": page,
        "after": after,
        "tabs": tabs(),
        "folded": folded,
        "names": _names(page.moments),
        "drawn": drawn,
        "me": user.id,
        "reply_to": get.get("reply", "") if get.get("reply", "").isdigit() else "",
        "may_comment": record.trashed_at is None and entry.module.is_record,
        "may_attach": record.trashed_at is None and may(user, "edit", entry.module, record),
    }


def _names(moments: list[Any]) -> dict[int, str]:
    """The names of everybody mentioned."""
    said = [m.about for m in moments if isinstance(m.about, Comment)]
    said += [answer for one in said for answer in one.answers]  # type: ignore[attr-defined]
    ids = {id for one in said for id in (one.mentions or {}).values()}
    return {person.pk: person.full_name for person in User.objects.filter(pk__in=ids)} if ids else {}


@bounded
@signed_in
@require_POST
def upload(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """Files alone, dropped on the page or chosen without a comment."""
    record = visible_record(request, entry, id)
    try:
        kept = keep_files(request, record, None)
    except Refused as refused:
        return _refused(request, entry, record, refused)
    toast(request, ngettext("%(n)s file added.", "%(n)s files added.", len(kept)) % {"n": len(kept)})
    return _back_to_timeline(request, entry, record)


@bounded
@signed_in
@require_POST
def comment(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """A new comment, perhaps with files, perhaps as an answer (reply_to)."""
    record = visible_record(request, entry, id)
    text, reply_to = request.POST.get("text", ""), request.POST.get("reply_to", "")
    files = request.FILES.getlist("files")
    try:
        if not text.strip() and files:
            keep_files(request, record, None)
        else:
            said = comments.say(id, text, reply_to=whole(reply_to))
            if files:
                keep_files(request, record, said)
            _say_who_is_not_told(request, said)
    except Refused as refused:
        return _refused(request, entry, record, refused)
    return _back_to_timeline(request, entry, record, "relasi:sent")


def _say_who_is_not_told(request: HttpRequest, said: Comment) -> None:
    unseeing = comments.unseeing(RecordIndex.objects.get(pk=said.record_id), said)
    if unseeing:
        names = ", ".join(person.full_name for person in unseeing)
        sentence = ngettext(
            "%(names)s may not see this record and is not told.",
            "%(names)s may not see this record and are not told.",
            len(unseeing),
        )
        toast(request, sentence % {"names": names}, kind="info")


def _refused(request: HttpRequest, entry: Entry, record: Any, refused: Refused) -> HttpResponse:
    """The composer with what was typed and what is wrong: in its place, or as a page without scripts."""
    context = timeline_context(request, entry, record)
    context |= {
        "text": request.POST.get("text", ""),
        "reply_to": request.POST.get("reply_to", ""),
        "error": " ".join(dict.fromkeys(str(refusal.message) for refusal in refused.refusals)),
    }
    if wants_part(request):
        toast(request, context["error"], kind="bad")
    return render_page(request, "screens/timeline.html", context, part="nothing", status=refused.status)


def _back_to_timeline(request: HttpRequest, entry: Entry, record: Any, event: str = "") -> HttpResponse:
    if not wants_part(request):
        return HttpResponseRedirect(f"{entry.url}{record.pk}/")
    response = render_page(
        request, "screens/timeline.html", timeline_context(request, entry, record), part="timeline"
    )
    if event:
        add_event(response, event)
    return response


def _own_comment(request: HttpRequest, entry: Entry, id: int, comment_id: int) -> tuple[Any, Comment]:
    record = visible_record(request, entry, id)
    found = _comment(id, comment_id)
    if found.created_by_id != user_of(request).id:
        raise Http404
    return record, found


def _comment(record: int, id: int) -> Comment:
    rows = Comment._base_manager.filter(pk=id, record_id=record, trashed_at=None)
    found = rows.select_related("created_by", "record").first()
    if found is None:
        raise Http404
    return found


@signed_in
def edit_comment(request: HttpRequest, entry: Entry, id: int, comment_id: int) -> HttpResponse:
    """GET: its editor in a window. POST: saves; 422 comes back with what was typed."""
    record, found = _own_comment(request, entry, id, comment_id)
    error = ""
    if request.method == "POST":
        version = request.POST.get("version", "")
        try:
            saved = comments.rewrite(found, request.POST.get("text", ""), whole(version))
        except Refused as refused:
            error, status = " ".join(refused.by_field().values()), refused.status
        else:
            _say_who_is_not_told(request, saved)
            return _window_done(request, f"{entry.url}{id}/#comment-{comment_id}")
    context = {
        "shell": shell_for(request, entry, (title_of(record), f"{entry.url}{id}/"), (_("Comment"), None)),
        "entry": entry,
        "record": record,
        "comment": found,
        "text": request.POST.get("text", found.text),
        "error": error,
        "action": f"{entry.url}{id}/comments/{comment_id}/",
    }
    return render_page(
        request, "screens/comment_edit.html", context, part="drawer", status=status if error else 200
    )


def _window_done(request: HttpRequest, page: str) -> HttpResponse:
    """Closes the window and draws the timeline anew; without scripts the record's page follows."""
    if not wants_part(request):
        return HttpResponseRedirect(page)
    response = add_event(HttpResponse(status=204), "relasi:close")
    return deliver(request, add_event(response, "relasi:timeline"))


@signed_in
@require_POST
def delete_comment(request: HttpRequest, entry: Entry, id: int, comment_id: int) -> HttpResponse:
    record, found = _own_comment(request, entry, id, comment_id)
    try:
        offer_undo(request, comments.take_back(found), _("The comment is deleted."))
    except Refused as refused:
        toast(request, " ".join(refused.by_field().values()), kind="bad")
    return _back_to_timeline(request, entry, record)


@signed_in
def comment_history(request: HttpRequest, entry: Entry, id: int, comment_id: int) -> HttpResponse:
    """What an edited comment said before, newest first."""
    record = visible_record(request, entry, id, trashed=None)
    found = _comment(id, comment_id)
    rows = ChangeRow.objects.filter(record_id=comment_id, origin=Comment._meta.db_table, kind="u")
    versions = [
        (row.at, row.before["text"]) for row in rows.order_by("-id") if row.before and "text" in row.before
    ]
    context = {
        "shell": shell_for(request, entry, (title_of(record), f"{entry.url}{id}/"), (_("Comment"), None)),
        "comment": found,
        "versions": versions,
        "back": f"{entry.url}{id}/",
    }
    return render_page(request, "screens/comment_history.html", context, part="drawer")


@signed_in
def people(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """Whom one may mention here: the others who see the record."""
    record = visible_record(request, entry, id)
    found = people_who_see(entry.module, record, request.GET.get("q", "").strip()[:100])
    others = [person for person in found if person.pk != user_of(request).id]
    return render_page(request, "screens/people.html", {"people": others})
