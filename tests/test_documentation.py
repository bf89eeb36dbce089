"""What the documents point at is there, and the glossary knows where each module lives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from relasi.engine.declare.registry import registry

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s#]+)[^)]*\)", page.read_text())
    lost = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert lost == []


def test_a_term_that_is_a_module_names_its_file() -> None:
    lines = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    terms = {term.casefold(): home for term, _indonesian, home in rows}
    lost = []
    for module in registry:
        if module.model.__module__.startswith("relasi."):
            home = terms.get(str(module.model._meta.verbose_name).casefold())
            path = module.model.__module__.removeprefix("relasi.").replace(".", "/")
            if home is not None and path not in home:
                lost.append((module.key, home))
    assert lost == []
