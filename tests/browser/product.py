"""Product: the running product for a browser test, with pages that report every trouble they have."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from tests.company import SmallCompany
from tests.people import change

AXE = (Path(__file__).parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

_REPORTS = "addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective))"
# What a browser writes for answers the product means: a form that comes back, a page that is not there. The live
# channel has a process of its own, which is not part of these tests.
_MEANT = ("status of 404", "status of 409", "status of 422")


@dataclass
class Product:
    browser: Browser
    address: str
    company: SmallCompany
    trouble: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def __post_init__(self) -> None:
        company = self.company
        for user in (company.admin, company.director, company.manager, company.sales_a, company.sales_b):
            self.prefer(user, language="en", theme="light")

    def stranger(self, **how: Any) -> Page:
        """A page nobody has signed in on. how: of a browser context, such as viewport or locale."""
        how = {"viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce", **how}
        context = self.browser.new_context(base_url=self.address, **how)
        context.add_init_script(_REPORTS)
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self._broken(page, error))
        page.on("console", lambda told: self._note(page, told))
        return page

    def page(self, user: Any = None, **how: Any) -> Page:
        """A page of somebody signed in, the admin unless told; in English unless they chose otherwise."""
        user = user or self.company.admin
        page = self.stranger(**how)
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.address}])
        return page

    def prefer(self, user: Any = None, **values: Any) -> Any:
        """Sets what a person prefers: language, theme."""
        return change(user or self.company.admin, **values)

    def _broken(self, page: Page, error: Any) -> None:
        # A page left while it still fades in: the browser's remark about its own animation.
        if "Transition was" not in str(error):
            self.trouble.append(f"{page.url}: {error}")

    def _note(self, page: Page, told: Any) -> None:
        where = told.location.get("url", "")
        meant = any(status in told.text for status in _MEANT) or "/live/" in where
        if told.type == "error" and not meant:
            self.trouble.append(f"{page.url}: {told.text}")

    def close(self) -> None:
        for context in self._contexts:
            context.close()


# Rows of a long table are alike: the first dozen tell.
LOOKED_AT = {"include": ["html"], "exclude": ["tbody > tr:nth-child(n+13)"]}


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds wrong on the page: the rule, and the elements that break it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = page.evaluate("asked => axe.run(...asked)", [LOOKED_AT, options])["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]


def width_of(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")
