"""Addresses of the trade kit, beside the generic ones of every module."""

from __future__ import annotations

from typing import Any

from django.urls import path


def patterns() -> list[Any]:
    from relasi.kits.trade.editor import convert_page
    from relasi.kits.trade.paper import page
    from relasi.kits.trade.public import page as public
    from relasi.kits.trade.public import sharing

    return [
        path("<entry:entry>/<int:id>/convert/<slug:to>/", convert_page.page, name="convert"),
        path("<entry:entry>/<int:id>/pdf/", page.page, name="pdf"),
        path("<entry:entry>/<int:id>/links/", sharing.links),
        path("<entry:entry>/<int:id>/mail/", sharing.mail),
        path("p/<str:token>/", public.page),
        path("p/<str:token>/pdf/", public.paper),
        path("p/<str:token>/logo/", public.logo),
        path("p/<str:token>/accept/", public.say_yes),
        path("p/<str:token>/decline/", public.say_no),
        path("p/<str:token>/ask/", public.ask_us),
    ]
