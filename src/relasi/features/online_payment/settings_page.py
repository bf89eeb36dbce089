"""Settings of online payment: the gateway, its key, and the address it tells us of payments at. For admins."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.records.refusal import Refused
from relasi.features.settings.editing import Form
from relasi.features.settings.frame import admin_only, done, settings_page
from relasi.modules.billing.online_charge import OnlineCharge
from relasi.modules.billing.payment_gateway import PaymentGateway, gateway, set_gateway

FIELDS = ["page_url", "api_url", "active"]
SHOWN = 20


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    stored = gateway()
    form = Form(request, PaymentGateway, FIELDS, stored)
    if request.method == "POST":
        try:
            set_gateway(form.given(), request.POST.get("server_key", ""), form.version)
        except Refused as refused:
            form.refused = refused
        else:
            done(request, _("Online payment is saved."))
            return HttpResponseRedirect("/settings/online-payment/")
    told_at = f"/gateway/{stored.kind if stored else 'midtrans'}/"
    home = settings.PUBLIC_URL.rstrip("/")
    context = {
        "title": _("Online payment"), "form": form, "cancel": "/settings/", "stored": stored,
        "told_at": home + told_at if home else request.build_absolute_uri(told_at),
        "has_key": bool(stored and stored.sealed_key), "is_readable": bool(stored and stored.is_readable),
        "charges": list(OnlineCharge.objects.select_related("invoice").order_by("-pk")[:SHOWN]),
    }  # fmt: skip
    return settings_page(request, "online_payment.html", "online-payment", context, status=form.status)
