"""Addresses of paying online."""

from django.urls import path

from relasi.features.online_payment import callback, pay_page, settings_page


def patterns() -> list[object]:
    return [
        path("p/<str:token>/pay/", pay_page.pay),
        path("gateway/<slug:kind>/", callback.told),
        path("settings/online-payment/", settings_page.page),
    ]
