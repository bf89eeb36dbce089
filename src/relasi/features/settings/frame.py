"""Frame: what every settings page stands in, and who may open it: admins; for all others it is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import rights_of
from relasi.engine.declare.registry import registry
from relasi.engine.screens.asking import user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell
from relasi.engine.screens.toasts import toast

View = Callable[..., HttpResponse]

# Group, then key, label, address, icon and what it is for.
MENU = [
    (
        gettext_lazy("People"),
        [
            ("users", gettext_lazy("Users"), "/settings/users/", "users",
             gettext_lazy("Invite, suspend, hand over, see who signed in.")),
            ("roles", gettext_lazy("Roles"), "/settings/roles/", "network",
             gettext_lazy("The tree that decides who sees whose records.")),
            ("profiles", gettext_lazy("Permission profiles"), "/settings/profiles/", "shield-check",
             gettext_lazy("What may be done: modules, fields and tools.")),
            ("groups", gettext_lazy("Groups"), "/settings/groups/", "users-round",
             gettext_lazy("People who own and share records together.")),
        ],
    ),
    (
        gettext_lazy("Records"),
        [
            ("sharing", gettext_lazy("Sharing rules"), "/settings/sharing/", "share-2",
             gettext_lazy("What everybody sees of a module, and who else sees whose records.")),
            ("layouts", gettext_lazy("Layouts"), "/settings/layouts/", "layout-dashboard",
             gettext_lazy("Which fields forms show to whom, and which must be filled in when.")),
            ("labels", gettext_lazy("Labels"), "/settings/labels/", "type",
             gettext_lazy("What modules and fields are called, in both languages.")),
            ("conversion", gettext_lazy("Conversion of leads"), "/settings/conversion/", "arrow-right-left",
             gettext_lazy("Which fields of a lead fill in what of the account, contact and deal.")),
            ("assignment", gettext_lazy("Assignment rules"), "/settings/assignment/", "split",
             gettext_lazy("To whom what a group receives goes, and who got what.")),
            ("modules", gettext_lazy("Modules"), "/settings/modules/", "boxes",
             gettext_lazy("Which modules your company uses.")),
            ("list-views", gettext_lazy("List views"), "/settings/list-views/", "list-filter",
             gettext_lazy("Approve what people want everybody to see.")),
            ("erasures", gettext_lazy("Erased persons"), "/settings/erasures/", "ban",
             gettext_lazy("Whose personal data was erased, when, by whom and why.")),
            ("why", gettext_lazy("Why?"), "/settings/why/", "circle-question-mark",
             gettext_lazy("Why a person can or cannot see a record.")),
        ],
    ),
    (
        gettext_lazy("Workspace"),
        [
            ("company", gettext_lazy("Company"), "/settings/company/", "building",
             gettext_lazy("Name, currency, time zone and language.")),
            ("company-details", gettext_lazy("Company details"), "/settings/company-details/", "file-text",
             gettext_lazy("What stands on quotes and invoices: address, logo, bank accounts.")),
            ("online-payment", gettext_lazy("Online payment"), "/settings/online-payment/", "credit-card",
             gettext_lazy("Customers pay invoices on a payment page; the money is booked by itself.")),
            ("tokens", gettext_lazy("API tokens"), "/settings/tokens/", "key-round",
             gettext_lazy("What programs sign in with, and how often they call.")),
            ("compat", gettext_lazy("Compatibility API"), "/settings/compat/", "plug",
             gettext_lazy("Programs written for another CRM: on or off, and who has access keys.")),
            ("webhooks", gettext_lazy("Webhooks"), "/settings/webhooks/", "webhook",
             gettext_lazy("Tell other programs what changes here.")),
            ("usage", gettext_lazy("Usage details"), "/settings/usage/", "gauge",
             gettext_lazy("API calls, webhooks, emails and storage of each day, and their limits.")),
            ("scheduler", gettext_lazy("Scheduler"), "/settings/scheduler/", "timer",
             gettext_lazy("What Relasi does by itself: when it ran, how it went, on and off.")),
            ("tie-out", gettext_lazy("Tie-out"), "/settings/tie-out/", "scale",
             gettext_lazy("Whether all totals, balances and stock add up, checked every night.")),
            ("month-end", gettext_lazy("Month-end"), "/month-end/", "calendar-check",
             gettext_lazy("Close a period, and what stood at the end of each.")),
            ("archive", gettext_lazy("Company archive"), "/settings/archive/", "archive",
             gettext_lazy("Everything in one file that opens without Relasi.")),
        ],
    ),
]  # fmt: skip


# Settings with pages of their own here, and those that only their records' pages show.
WITH_PAGES = {"users", "roles", "profiles", "groups", "sharing-rules", "module-sharing", "company", "company-details",
              "views", "layouts", "field-rules", "assignment-rules", "labels", "conversion-fields"}  # fmt: skip


def groups() -> list[tuple[Any, list[tuple[str, Any, str, str, Any]]]]:
    """MENU, and before the workspace what the modules themselves let an admin set, such as pipelines."""
    found = [
        (module.slug, module.plural, f"/{module.slug}/", module.icon,
         _("See, add and change %(plural)s.") % {"plural": str(module.plural).lower()})
        for module in registry
        if module.is_settings and module.whole is None and module.slug not in WITH_PAGES
    ]  # fmt: skip
    return [*MENU[:-1], (_("Modules"), found), MENU[-1]] if found else MENU


def admin_only(view: View) -> View:
    """404 for everybody else, whatever they ask for and send."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = user_of(request)
        if user is None or not rights_of(user).admin:
            raise Http404
        return view(request, *args, **kwargs)

    return checked


def menu(current: str) -> list[tuple[Any, list[tuple[Any, str, str, bool]]]]:
    return [
        (group, [(label, url, icon, key == current) for key, label, url, icon, _about in items])
        for group, items in groups()
    ]


def settings_page(
    request: HttpRequest,
    template: str,
    current: str,
    context: Mapping[str, Any],
    *crumbs: tuple[Any, str | None],
    part: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """current: the key of the menu entry this page belongs to. crumbs: what follows that entry."""
    found: list[tuple[Any, str | None]] = [(_("Settings"), "/settings/")]
    for _group, items in MENU:
        found += [(label, url if crumbs else None) for key, label, url, *_rest in items if key == current]
    if not current:
        found = [(_("Settings"), None)]
    values = {
        "shell": lambda: Shell(request, crumbs=[*found, *crumbs]),
        "settings_menu": menu(current),
        **context,
    }
    return render_page(request, f"features/settings/{template}", values, part=part, status=status)


def done(request: HttpRequest, sentence: str) -> None:
    """A toast about what was changed just now, with a way to take it back."""
    change_set = current_acting().change_set
    toast(request, sentence, undo=f"/changes/{change_set}/undo/" if change_set else "")


def because(reason: str) -> None:
    """Says why, in the history of what is changed from here on in this request."""
    current_acting().reason = reason


def number_in(data: Mapping[str, Any], name: str) -> int | None:
    """A whole number a form or an address holds, None for anything else."""
    text = str(data.get(name, "")).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
