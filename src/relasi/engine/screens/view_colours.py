"""The colour rules of a list view: which rows stand out, and in which tone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.fields.choice import TONES
from relasi.engine.query.saved_view import SavedView
from relasi.engine.records.write import update
from relasi.engine.screens.asking import go_to, shell_for, signed_in, user_of
from relasi.engine.screens.condition_form import TOP, ConditionForm
from relasi.engine.screens.field_choices import field_choices
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.row_tones import MOST_RULES
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.views import OWN, view_of

TONE_NAMES: dict[str, Any] = {
    "nila": gettext_lazy("Indigo"),
    "biru": gettext_lazy("Blue"),
    "toska": gettext_lazy("Turquoise"),
    "hijau": gettext_lazy("Green"),
    "kuning": gettext_lazy("Yellow"),
    "jingga": gettext_lazy("Orange"),
    "merah": gettext_lazy("Red"),
    "jambu": gettext_lazy("Pink"),
    "ungu": gettext_lazy("Purple"),
    "gray": gettext_lazy("Gray"),
}


@signed_in
def page(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """One condition and one tone a rule. The first rule that holds gives a row its tone."""
    view, user = view_of(request, entry, id, to_change=True), user_of(request)
    error = ""
    if request.method == "POST":
        form = ConditionForm.of_data(entry.module, user, request.POST)
        tones = [request.POST.get(f"t-{row.place}", "") for row in form.rows]
        form.act(request.POST.get("do", ""))
        tones = _kept_tones(request.POST, form, tones)
        if request.POST.get("do") == "apply":
            if form.tree() is not None:
                return _keep(request, entry, view, form, tones)
            error = _("Some conditions cannot be taken yet.")
    else:
        form, tones = _standing(entry, user, view)
    context = {
        "shell": shell_for(request, entry, (view.name, f"{entry.url}?view={id}"), (_("Colours"), None)),
        "entry": entry,
        "view": view,
        "form": form,
        "rules": list(zip(form.rows, tones, strict=True)),
        "tones": [(tone, str(TONE_NAMES[tone])) for tone in TONES],
        "choices": field_choices(entry.module, user, related=True),
        "may_add": len(form.rows) < MOST_RULES,
        "error": error,
    }
    status = 422 if error else 200
    return render_page(request, "screens/view_colours.html", context, part="editor", status=status)


def _standing(entry: Entry, user: Any, view: SavedView) -> tuple[ConditionForm, list[str]]:
    tree = {"all": [leaf for rule in view.colours for leaf in _leaves(rule)]}
    form = ConditionForm.of_tree(entry.module, user, tree) or ConditionForm(entry.module, user)
    tones = [rule["tone"] for rule in view.colours for _leaf in _leaves(rule)]
    if not form.rows:
        form.act(f"add-{TOP}")
        tones = ["merah"]
    return form, tones


def _leaves(rule: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = rule["condition"]["all"]
    return found


def _kept_tones(data: Any, form: ConditionForm, tones: list[str]) -> list[str]:
    """The tones of the rows that are left; a new row is red."""
    verb, _dash, number = data.get("do", "").partition("-")
    if verb == "drop" and number.isdigit() and int(number) < len(tones):
        tones.pop(int(number))
    return [*tones, *["merah"] * len(form.rows)][: len(form.rows)]


def _keep(
    request: HttpRequest, entry: Entry, view: SavedView, form: ConditionForm, tones: list[str]
) -> HttpResponse:
    rules = []
    for row, tone in zip(form.rows, tones, strict=True):
        leaf = form.leaf(row) if row.field else None
        if leaf and tone in TONES:
            rules.append({"condition": {"all": [leaf]}, "tone": tone})
    update(view, {"colours": rules[:MOST_RULES]}, authorised=OWN)
    return go_to(request, f"{entry.url}?view={view.pk}")
