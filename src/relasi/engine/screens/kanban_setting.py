"""The choices of a board: columns and lanes by which field, what a card shows, how full a column may be."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.query.board_setting import MOST_FIELDS
from relasi.engine.query.path import resolve
from relasi.engine.screens.asking import go_to, must, shell_for, signed_in
from relasi.engine.screens.field_choices import field_choices
from relasi.engine.screens.kanban import keep
from relasi.engine.screens.kanban_asked import COUNT, Asked
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry

HIGHEST = 9999


@signed_in
def setting(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The card is this person's own; limits hold for everybody and are set by an admin."""
    must(request, "view", entry)
    asked = Asked.of(request, entry)
    errors: dict[str, str] = {}
    if request.method == "POST":
        card = [name for name in request.POST.getlist("card") if name in _labels(asked)]
        limits, errors = _limits(request, asked)
        if len(card) > MOST_FIELDS:
            errors["card"] = _("A card shows at most %(most)s fields.") % {"most": MOST_FIELDS}
        if not errors:
            if not asked.state.is_own_screen:
                keep(asked, {"card": card})
            if asked.user.is_admin:
                keep(asked, {"limits": limits, "refuses": bool(request.POST.get("refuses"))}, shared=True)
            return go_to(request, _chosen_url(request, asked, card))
    labels = _labels(asked)
    shown = request.POST.getlist("card") if errors else asked.card
    context = {
        "shell": shell_for(request, entry, (_("Kanban"), asked.state.url()), (_("Cards"), None)),
        "entry": entry,
        "asked": asked,
        "fields": _named(asked, asked.choices),
        "amounts": [(COUNT, _("The number of cards alone")), *_named(asked, asked.amounts)],
        "colours": _named(asked, asked.coloured),
        "card": [
            *((n, labels[n]) for n in shown if n in labels),
            *(p for p in labels.items() if p[0] not in shown),
        ],
        "shown": shown,
        "columns": [c for c in asked.columns if c.takes and not c.closed] if asked.user.is_admin else [],
        "given": request.POST if errors else None,
        "errors": errors,
    }
    return render_page(
        request, "screens/kanban_setting.html", context, part="drawer", status=422 if errors else 200
    )


def _labels(asked: Asked) -> dict[str, str]:
    titles = {*asked.module.title_fields, asked.by.text}
    pairs = (pair for _group, pairs in field_choices(asked.module, asked.user) for pair in pairs)
    return {name: label for name, label in pairs if name not in titles}


def _limits(request: HttpRequest, asked: Asked) -> tuple[dict[str, int], dict[str, str]]:
    found: dict[str, int] = dict(asked.chosen.limits)
    errors = {}
    for column in asked.columns:
        text = request.POST.get(f"limit-{column.key}")
        if text is None:
            continue
        found.pop(column.key, None)
        if text.strip().isascii() and text.strip().isdigit() and 0 < int(text[:9]) <= HIGHEST:
            found[column.key] = int(text)
        elif text.strip():
            errors[f"limit-{column.key}"] = _("A whole number from 1 to %(most)s, or nothing.") % {
                "most": HIGHEST
            }
    return found, errors


def _named(asked: Asked, names: list[str]) -> list[tuple[str, str]]:
    return [(name, str(resolve(asked.module, name, asked.user).label)) for name in names]


def _chosen_url(request: HttpRequest, asked: Asked, card: list[str]) -> str:
    """The board as it was just chosen; what belonged to other columns goes. A named board keeps its card to itself."""
    given = request.POST
    by, lanes, amount = given.get("by", ""), given.get("lanes", ""), given.get("sum", "")
    changes = {
        "by": by if by != asked.choices[0] else "",
        "lanes": lanes if lanes != by else "",
        "sum": amount if amount != (asked.words.sum or COUNT) else "",
        "mean": "1" if given.get("mean") else "",
        "colour": given.get("colour", ""),
        "hand": "1" if given.get("hand") else "",
    }
    if asked.state.is_own_screen:
        changes["card"] = ",".join(card)
    if by != asked.by.text:
        changes |= {"within": "", "closed": ""}
    return asked.state.url(options=asked.state.with_options(changes))
