"""The company: its name, currency, time zone and language, and how long deleted records wait."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, update
from relasi.features.settings.editing import Form, zone_options
from relasi.features.settings.frame import admin_only, done, settings_page
from relasi.users.company import Company

FIELDS = ["name", "currency", "zone", "language", "bin_days"]


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    company = Company._base_manager.order_by("id").first()
    form = Form(request, Company, FIELDS, company)
    if request.method == "POST":
        try:
            if company is None:
                create(Company, form.given())
            else:
                update(company, form.given(), version=form.version)
        except Refused as refused:
            form.refused = refused
        else:
            done(request, _("The company is saved."))
            return HttpResponseRedirect("/settings/company/")
    context = {"title": _("Company"), "form": form, "cancel": "/settings/", "zone_options": zone_options}
    return settings_page(request, "form.html", "company", context, status=form.status)
