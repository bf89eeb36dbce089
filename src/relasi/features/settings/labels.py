"""Labels: what modules and their fields are called, in both languages; and back to the words they came with."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from relasi.engine.customize.label import LONGEST, Label
from relasi.engine.customize.labelling import declared_names
from relasi.engine.customize.module_choice import customizable
from relasi.engine.declare.module import Module
from relasi.engine.fields.declared import declared_label
from relasi.engine.fields.reader import ENGLISH, INDONESIAN, said
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import create, trash, update
from relasi.features.settings.frame import admin_only, because, done, settings_page
from relasi.features.settings.profiles import area_name

HOME = "/settings/labels/"
# Of a module, and of each field.
MODULE_TEXTS, FIELD_TEXTS = ("name", "name_en", "plural", "plural_en"), ("name", "name_en")


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    stored = list(Label._base_manager.filter(trashed_at=None))
    rows = [
        (
            area_name(module),
            module,
            declared_names(module)[1],
            sum(row.module == module.key for row in stored),
        )
        for module in customizable()
    ]
    return settings_page(request, "labels.html", "labels", {"rows": rows})


@admin_only
def edit(request: HttpRequest, key: str) -> HttpResponse:
    module = next((one for one in customizable() if one.key == key), None)
    if module is None:
        raise Http404
    stored = {row.field or "": row for row in Label._base_manager.filter(module=key, trashed_at=None)}
    refused: Refused | None = None
    place = ""
    if request.method == "POST":
        because(_("Labels of %(module)s") % {"module": module.plural})
        try:
            with transaction.atomic():
                for place in _places(module):
                    _keep(module, place, stored.get(place), _given(request, place))
        except Refused as error:
            refused = error
        else:
            done(request, _("The labels are saved."))
            return HttpResponseRedirect(HOME)
    return _form(request, module, stored, refused, place)


def _places(module: Module) -> list[str]:
    """The module itself, then its fields as the form has them, then the others people see."""
    names = [*module.form_fields, *(name for name, one in module.fields.items() if one.editable)]
    return [
        "",
        *(name for name in dict.fromkeys(names) if name in module.fields and name not in module.custom),
    ]


def _texts(place: str) -> tuple[str, ...]:
    return FIELD_TEXTS if place else MODULE_TEXTS


def _given(request: HttpRequest, place: str) -> dict[str, str]:
    return {text: request.POST.get(f"{text}-{place}", "").strip() for text in _texts(place)}


def _keep(module: Module, place: str, row: Label | None, texts: dict[str, str]) -> None:
    """Raises Refused."""
    if not any(texts.values()):
        if row is not None:
            trash(Label, [row.pk])
    elif row is not None:
        update(row, texts)
    else:
        create(Label, {"module": module.key, "field": place, **texts})


def _form(
    request: HttpRequest, module: Module, stored: dict[str, Label], refused: Refused | None, at: str
) -> HttpResponse:
    wrong: list[Refusal] = refused.refusals if refused else []
    one, many = declared_names(module)
    rows = []
    for place in _places(module):
        row = stored.get(place)
        declared = (
            {"name": one, "plural": many}
            if not place
            else {"name": capfirst(declared_label(module.fields[place]))}
        )
        texts = (
            _given(request, place)
            if request.method == "POST"
            else {t: getattr(row, t, "") or "" for t in _texts(place)}
        )
        rows.append({
            "place": place,
            "texts": texts,
            "came": {
                text: said(declared[text.removesuffix("_en")], ENGLISH if text.endswith("_en") else INDONESIAN)
                for text in texts
            },
            "error": "; ".join(str(refusal.message) for refusal in wrong) if wrong and place == at else "",
        })  # fmt: skip
    context: dict[str, Any] = {
        "title": str(module.plural), "module": module, "rows": rows, "longest": LONGEST, "cancel": HOME,
        "errors": [("", row["error"]) for row in rows if row["error"]],
    }  # fmt: skip
    status = refused.status if refused else 200
    return settings_page(
        request, "labels_of.html", "labels", context, (context["title"], None), status=status
    )
