"""Webhooks: which addresses are told what, what was sent and answered, a test, and sending again."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.directory import directory
from relasi.engine.access.door import may
from relasi.engine.api import webhook as hooks
from relasi.engine.api.delivery import Delivery, State, WebhookPlace, replay
from relasi.engine.api.jobs import send_soon
from relasi.engine.api.sending import send
from relasi.engine.api.signing import secret_of
from relasi.engine.api.telling import message
from relasi.engine.api.webhook import EVENTS, AllowedHost, Webhook, living, webhook_modules
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import current_reader
from relasi.engine.query.condition import read
from relasi.engine.query.saved_view import built_in_views, views_for
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import trash
from relasi.engine.screens.asking import user_of
from relasi.engine.screens.toasts import toast
from relasi.features.settings.frame import admin_only, done, number_in, settings_page

HOME = "/settings/webhooks/"
SHOWN = 100
KEEP = "keep"
_COUNTED = """
    SELECT at::date, count(*), count(*) FILTER (WHERE code BETWEEN 200 AND 299) FROM api_attempt
    WHERE at > now() - interval '30 days' GROUP BY 1 ORDER BY 1 DESC
"""


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    rows = list(living().select_related("user", "place"))
    waiting = Count("id", filter=Q(status=State.WAITING))
    dead = Count("id", filter=Q(status=State.DEAD))
    counts = {
        one["webhook"]: one
        for one in Delivery.objects.order_by().values("webhook").annotate(waiting=waiting, dead=dead)
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED)
        days = cursor.fetchall()
    context = {
        "hooks": [(hook, hook.home, counts.get(hook.pk, {})) for hook in rows],
        "hosts": list(AllowedHost._base_manager.filter(trashed_at=None).order_by("host")),
        "errors": refused.by_field() if refused else {},
        "host": request.POST.get("host", "") if refused else "",
        "days": days,
    }
    return settings_page(
        request, "webhooks.html", "webhooks", context, status=refused.status if refused else 200
    )


def _found(id: int) -> Webhook:
    hook = living().select_related("user").filter(pk=id).first()
    if hook is None:
        raise Http404
    return hook


def _views(slug: str, owner: int | None) -> list[tuple[str, Any, Any]]:
    """(key, name, condition) of the lists of a module whose filter a webhook may take over."""
    module = next((one for one in webhook_modules() if one.slug == slug), None)
    user = directory().account(owner) if owner else None
    if module is None or user is None:
        return []
    found = [(one.key, one.name, one.condition) for one in built_in_views(module) if one.condition]
    return found + [(one.key, one.name, one.condition) for one in views_for(user, module) if one.condition]


def _given(request: HttpRequest, hook: Webhook | None) -> dict[str, Any]:
    post = request.POST
    slug = hook.module if hook else post.get("module", "")
    values: dict[str, Any] = {
        "name": post.get("name", ""),
        "url": post.get("url", "").strip(),
        "module": slug,
        "events": [key for key in EVENTS if key in post.getlist("events")],
        "user": number_in(post, "user") or 0,
    }
    chosen = post.get("condition", "")
    if not (hook and chosen == KEEP):
        views = {key: condition for key, _name, condition in _views(slug, values["user"])}
        values["condition"] = views.get(chosen, {})
    return values


@admin_only
def new(request: HttpRequest) -> HttpResponse:
    """First the module, then all else. POST makes it and shows its secret, this once."""
    slug = request.POST.get("module") or request.GET.get("module", "")
    refused = None
    if request.method == "POST":
        given = _given(request, None)
        try:
            hook = hooks.make_webhook(given.pop("user"), given)
        except Refused as trouble:
            refused = trouble
        else:
            return _detail(request, hook, secret=secret_of(hook.seed))
    return _form(request, None, slug, refused)


@admin_only
def edit(request: HttpRequest, id: int) -> HttpResponse:
    hook, refused = _found(id), None
    if request.method == "POST":
        try:
            hooks.change_webhook(hook, _given(request, hook))
        except Refused as trouble:
            refused = trouble
        else:
            done(request, _("The webhook %(name)s is saved.") % {"name": request.POST.get("name", "")})
            return HttpResponseRedirect(f"{HOME}{id}/")
    return _form(request, hook, hook.module, refused)


def _form(request: HttpRequest, hook: Webhook | None, slug: str, refused: Refused | None) -> HttpResponse:
    post = request.POST if refused else None
    owner = (number_in(post, "user") if post else None) or (hook.user_id if hook else user_of(request).pk)
    people = sorted((one.name, one.id) for one in directory().people.values() if one.is_active)
    conditions = [("", _("All records")), *((key, str(name)) for key, name, _c in _views(slug, owner))]
    if hook and hook.condition:
        conditions.insert(0, (KEEP, _in_words(hook)))
    modules = [(one.slug, str(one.plural)) for one in webhook_modules() if may(user_of(request), "view", one)]
    context = {
        "title": hook.name if hook else _("New webhook"),
        "hook": hook,
        "slug": slug if any(slug == key for key, _name in modules) else "",
        "modules": modules,
        "module": next((name for key, name in modules if key == slug), ""),
        "events": list(EVENTS.items()),
        "chosen": post.getlist("events") if post else hook.events if hook else ["created", "changed"],
        "people": [(str(id), name) for name, id in people],
        "owner": str(owner),
        "conditions": conditions,
        "condition": (post.get("condition", "") if post else KEEP if hook and hook.condition else ""),
        "given": {"name": post.get("name", ""), "url": post.get("url", "")}
        if post
        else {"name": hook.name if hook else "", "url": hook.url if hook else ""},
        "errors": refused.by_field() if refused else {},
        "cancel": f"{HOME}{hook.pk}/" if hook else HOME,
    }
    status = refused.status if refused else 200
    crumb = (context["title"], None)
    return settings_page(request, "webhook_form.html", "webhooks", context, crumb, status=status)


def _in_words(hook: Webhook) -> str:
    if not hook.condition or hook.home is None:
        return ""
    owner = directory().account(hook.user_id)
    try:
        return read(hook.condition, hook.home, owner).text(current_reader())
    except Invalid as wrong:
        return str(wrong.message)


@admin_only
def detail(request: HttpRequest, id: int) -> HttpResponse:
    return _detail(request, _found(id))


def _detail(request: HttpRequest, hook: Webhook, secret: str = "") -> HttpResponse:
    """secret: to be shown this once."""
    chosen = request.GET.get("status", "")
    rows = Delivery.objects.filter(webhook=hook.pk).prefetch_related("attempts").order_by("-id")
    if chosen in list(State):
        rows = rows.filter(status=chosen)
    context = {
        "hook": hook,
        "module": hook.home,
        "place": WebhookPlace.objects.filter(webhook=hook.pk).first(),
        "condition": _in_words(hook),
        "events": [label for key, label in EVENTS.items() if key in hook.events],
        "deliveries": [(one, sorted(one.attempts.all(), key=lambda tried: tried.pk)) for one in rows[:SHOWN]],
        "dead": Delivery.objects.filter(webhook=hook.pk, status=State.DEAD).count(),
        "states": [("", _("All")), *((str(one.value), one.label) for one in State)],
        "chosen": chosen,
        "secret": secret,
    }
    return settings_page(request, "webhook.html", "webhooks", context, (hook.name, None))


@admin_only
@require_POST
def act(request: HttpRequest, id: int, verb: str) -> HttpResponse:
    """verb: test, rotate, on, off, replay (all that was given up) or remove."""
    hook = _found(id)
    if verb == "rotate":
        return _detail(request, hook, secret=hooks.rotate(hook))
    if verb == "test":
        _test(request, hook)
    elif verb in ("on", "off"):
        hooks.change_webhook(hook, {"active": verb == "on"})
        on, off = _("The webhook %(name)s is on."), _("The webhook %(name)s is off.")
        done(request, (on if verb == "on" else off) % {"name": hook.name})
    elif verb == "replay":
        for one in Delivery.objects.filter(webhook=hook.pk, status=State.DEAD):
            replay(one)
        send_soon(hook.pk)
        toast(request, _("What was given up is sent again."))
    elif verb == "remove":
        hooks.remove(hook)
        done(request, _("The webhook %(name)s is removed.") % {"name": hook.name})
        return HttpResponseRedirect(HOME)
    else:
        raise Http404
    return HttpResponseRedirect(f"{HOME}{id}/")


def _test(request: HttpRequest, hook: Webhook) -> None:
    """Sends a message without a record while the admin waits, and says what was answered."""
    about = {
        "module": hook.module,
        "id": None,
        "what": "test",
        "fields": [],
        "at": timezone.now(),
        "change_set": None,
    }
    one = message(hook, about, None)
    Delivery.objects.bulk_create([one])
    answer = send(one)
    if answer.is_good:
        words = {"code": answer.code, "n": answer.milliseconds}
        toast(request, _("The test was taken: answer %(code)s after %(n)s ms.") % words)
    else:
        Delivery.objects.filter(pk=one.pk).update(status=State.DEAD, finished_at=timezone.now())
        said = answer.trouble or _("answer %(code)s") % {"code": answer.code}
        toast(request, _("The test was not taken: %(trouble)s") % {"trouble": said}, kind="bad")


@admin_only
@require_POST
def again(request: HttpRequest, id: int, delivery: int) -> HttpResponse:
    hook = _found(id)
    one = Delivery.objects.filter(pk=delivery, webhook=hook.pk).first()
    if one is None:
        raise Http404
    replay(one)
    send_soon(hook.pk)
    toast(request, _("It is sent again."))
    return HttpResponseRedirect(f"{HOME}{id}/")


@admin_only
@require_POST
def allow(request: HttpRequest) -> HttpResponse:
    try:
        hooks.allow_host(request.POST.get("host", ""))
    except Refused as refused:
        return _page(request, refused)
    done(request, _("Webhooks may reach this host."))
    return HttpResponseRedirect(HOME)


@admin_only
@require_POST
def forbid(request: HttpRequest, id: int) -> HttpResponse:
    if not AllowedHost._base_manager.filter(pk=id, trashed_at=None).exists():
        raise Http404
    trash(AllowedHost, [id], authorised=hooks.BY_ADMIN)
    done(request, _("Webhooks may reach this host no more."))
    return HttpResponseRedirect(HOME)
