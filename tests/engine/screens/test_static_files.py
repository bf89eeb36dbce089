"""The files a browser gets: vendored ones unchanged, bundles fresh, every icon there, nothing the policy refuses."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from relasi.engine.declare.registry import registry

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "src" / "relasi"
STATIC = PACKAGE / "static"
VENDOR = STATIC / "vendor"
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))


def vendored() -> list[list[str]]:
    lines = (VENDOR / "VENDOR.txt").read_text().splitlines()
    return [line.split(" | ") for line in lines if line and not line.startswith("#")]


def test_vendored_files_are_as_they_were_published() -> None:
    found = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name, *_rest in vendored()}
    assert found == {name: digest for name, _package, _licence, digest in vendored()}


def test_every_vendored_file_is_listed_with_its_licence() -> None:
    listed = {name for name, *_rest in vendored()} | {"VENDOR.txt"}
    licences = {re.search(r"\((.+)\)", licence).group(1) for _name, _package, licence, _digest in vendored()}
    assert {path.name for path in VENDOR.iterdir()} - listed == licences


def test_the_bundles_are_fresh() -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / "bin" / "bundle-static", "--check"], capture_output=True, text=True
    )
    assert checked.stderr == ""


def test_the_sprite_holds_the_listed_icons() -> None:
    lines = (ROOT / "bin" / "icon-names.txt").read_text().splitlines()
    listed = {line for line in lines if line and not line.startswith("#")}
    assert set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text())) == listed


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    held = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    sources = [*TEMPLATES, *PACKAGE.rglob("*.py")]
    named = r"""\bicon\("([a-z0-9-]+)"|\bicon(?:_name)?\s*=\s*"([a-z0-9-]+)"|relasi\.icon\("([a-z0-9-]+)"\)"""
    missing = {
        (path.name, name)
        for path in [*sources, *(STATIC / "js").glob("*.js")]
        for match in re.findall(named, path.read_text())
        for name in match
        if name and name not in held
    }
    assert missing == set()


def test_every_icon_a_module_declares_is_in_the_sprite() -> None:
    held = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    declared = {
        (module.label, icon)
        for module in registry
        if not module.label.startswith("fakes.")
        for icon in [
            module.icon,
            *(view.icon for view in module.views),
            *(action.icon for action in module.actions),
        ]
    }
    assert {one for one in declared if one[1] and one[1] not in held} == set()


def test_colours_live_in_the_tokens_alone() -> None:
    sheets = sorted((STATIC / "css").glob("[2-9]-*.css"))
    coloured = {
        f"{path.name}: {line.strip()}"
        for path in sheets
        for line in path.read_text().splitlines()
        if re.search(r"#[0-9a-f]{3,8}\b|\b(oklch|rgba?|hsla?)\(", line)
    }
    assert coloured == set()


def test_every_colour_and_size_that_is_used_is_defined() -> None:
    text = (STATIC / "css" / "relasi.css").read_text()
    used = set(re.findall(r"var\((--[\w-]+)\)", text))
    # Given by a template or a script.
    given = {"--top", "--len", "--row", "--col"}
    assert used - set(re.findall(r"(--[\w-]+):", text)) <= given


def test_every_class_of_a_template_has_a_style_or_a_script() -> None:
    """One that has neither was meant to look like something."""
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", (STATIC / "css" / "relasi.css").read_text()))
    scripts = "".join(path.read_text() for path in (STATIC / "js").rglob("*.js"))
    used: dict[str, str] = {}
    for path in TEMPLATES:
        for given in re.findall(r'class="([^"]*)"', path.read_text()):
            # A value put together by the template stays out, with what stands right before and after it.
            words = re.sub(r"[\w-]*{[{%].*?[%}]}[\w-]*", " ", given).split()
            used.update(dict.fromkeys(words, path.name))
    lost = {
        name: where
        for name, where in used.items()
        if name not in known and not re.search(rf"\b{name}\b", scripts)
    }
    assert lost == {}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_what_the_policy_refuses(path: Path) -> None:
    text = re.sub(r"{#.*?#}", "", path.read_text(), flags=re.S)
    assert not re.search(r"\son[a-z]+\s*=|hx-on|hx_on|=[\"']?js:|javascript:", text)
    assert not re.search(r"<style\b", text)
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script\b([^>]*)>", text))
    widths = re.findall(r"\bstyle=\"([^\"]*)\"", text)
    assert all(re.match(r"(--[\w-]+|width|max-width):", width) for width in widths)


def test_scripts_never_evaluate_text() -> None:
    text = (STATIC / "js" / "relasi.js").read_text()
    assert not re.search(r"\beval\(|new Function|\.innerHTML|insertAdjacentHTML|document\.write", text)
