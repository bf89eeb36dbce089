"""Addresses of the trade kit, beside the generic ones of every module."""

from __future__ import annotations

from typing import Any

from django.urls import path


def patterns() -> list[Any]:
    from relasi.kits.trade.editor import convert_page
    from relasi.kits.trade.paper import page

    return [
        path("<entry:entry>/<int:id>/convert/<slug:to>/", convert_page.page, name="convert"),
        path("<entry:entry>/<int:id>/pdf/", page.page, name="pdf"),
    ]
