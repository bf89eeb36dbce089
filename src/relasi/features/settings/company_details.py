"""Company details: what stands on documents about us, and a look at the paper that comes of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext as _

from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, update
from relasi.engine.screens.asking import reader_of, user_of
from relasi.features.settings.editing import Form
from relasi.features.settings.frame import admin_only, done, settings_page
from relasi.kits.trade.paper.letterhead import details
from relasi.kits.trade.paper.page import SIZES, answer
from relasi.kits.trade.paper.sample import sample_sheet
from relasi.kits.trade.paper.sheet import READERS

FIELDS = [
    "legal_name", "address", "npwp", "nitku", "phone", "email", "website", "logo", "stamp", "colour", "paper_size",
    "paper_language", "coretax_rounding",
]  # fmt: skip
KINDS = ("quotes", "sales-orders", "invoices", "credit-notes")


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    model: Any = registry.module("billing.CompanyDetails").model
    found = details()
    stored = None if found._state.adding else found
    form = Form(request, model, FIELDS, stored)
    if request.method == "POST":
        try:
            if stored is None:
                create(model, form.given())
            else:
                update(stored, form.given(), version=form.version)
        except Refused as refused:
            form.refused = refused
        else:
            done(request, _("The company details are saved."))
            return HttpResponseRedirect("/settings/company-details/")
    kinds = [(registry.by_slug(slug).plural, slug) for slug in KINDS]
    context = {"title": _("Company details"), "form": form, "cancel": "/settings/", "kinds": kinds}
    return settings_page(request, "company_details.html", "company-details", context, status=form.status)


@admin_only
def preview(request: HttpRequest) -> HttpResponse:
    """A sample as PDF. ?kind=invoices, ?language=en and ?size=f4 choose which."""
    slug = request.GET.get("kind", "")
    module = registry.by_slug(slug if slug in KINDS else "quotes")
    language, size = request.GET.get("language", ""), request.GET.get("size", "")
    found = details()
    language = language if language in READERS else found.paper_language or reader_of(request).language
    with translation.override(language):
        title = str(module.model.paper_title)
    size = size if size in SIZES else found.paper_size
    sheet = sample_sheet(module.slug, title, language, size, user_of(request).full_name)
    return answer(sheet, "sample")
