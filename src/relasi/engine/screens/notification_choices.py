"""What a person wants to be told, and how: a matrix of kinds, quiet hours and the hour of the daily mail."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.activity.choices import Mail, choices_of, choose
from relasi.engine.activity.mail import can_mail
from relasi.engine.activity.notification import all_kinds
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell
from relasi.engine.screens.toasts import toast

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            choose(user, _given(request.POST))
        except Refused as refused:
            errors, status = refused.by_field(), refused.status
        else:
            toast(request, _("Your preferences are saved."))
            return HttpResponseRedirect("/preferences/notifications/")
    mine = choices_of([user.id])[user.id]
    context = {
        "shell": Shell(
            request, crumbs=[(_("Preferences"), "/preferences/mine/"), (_("Notifications"), None)]
        ),
        "rows": [(kind, *mine.of(kind)) for kind in all_kinds()],
        "mails": [(value, str(label)) for value, label in Mail.choices],
        "mine": mine,
        "hours": HOURS,
        "errors": list(errors.items()),
        "can_mail": can_mail(),
    }
    return render_page(request, "screens/notification_choices.html", context, status=status)


def _given(post: Any) -> dict[str, Any]:
    kinds = {}
    for kind in all_kinds():
        mail = post.get(f"mail:{kind.key}", "")
        kinds[kind.key] = {
            "inbox": kind.always or f"inbox:{kind.key}" in post,
            "mail": mail if mail in Mail.values else kind.mail,
        }
    hours = {name: post.get(name, "") for name in ("quiet_from", "quiet_to", "digest_hour")}
    return {"kinds": kinds, **hours, "weekends": "weekends" in post}
