"""Every string people see is translated: the Indonesian catalogue is complete, fresh, and fits the code."""

import ast
import importlib.machinery
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdr]|(?<!%)%[sdr]")
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


def _messages():
    loader = importlib.machinery.SourceFileLoader("messages", str(ROOT / "bin" / "messages"))
    loader_spec = importlib.util.spec_from_loader("messages", loader)
    assert loader_spec is not None
    module = importlib.util.module_from_spec(loader_spec)
    loader.exec_module(module)
    return module


messages = _messages()


@pytest.fixture(scope="module")
def catalogue():
    return messages.stored()


def test_the_catalogue_is_what_the_code_asks_for(catalogue):
    fresh = messages.written(messages.merged(messages.extracted(), catalogue))
    assert fresh == messages.CATALOGUE.read_text(), "run bin/messages and translate what is new"


def test_no_string_is_untranslated(catalogue):
    assert [message.id for message in messages.untranslated(catalogue)] == []


def test_no_translation_is_a_guess_or_a_leftover(catalogue):
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert list(catalogue.obsolete) == []


def test_translations_keep_the_placeholders(catalogue):
    wrong = []
    for message in catalogue:
        if not message.id:
            continue
        # An Indonesian plural stands for both English forms.
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        wanted = {placeholder.group() for placeholder in PLACEHOLDER.finditer(ids[-1])}
        for text in messages.forms(message):
            found = {placeholder.group() for placeholder in PLACEHOLDER.finditer(text)}
            if text and found != wanted:
                wrong.append((message.id, text))
    assert wrong == []


def test_translations_keep_the_ends(catalogue):
    """A space or a line end that joins two texts is part of the string."""
    wrong = []
    for message in catalogue:
        source = message.id if isinstance(message.id, str) else message.id[-1] if message.id else ""
        for text in messages.forms(message) if source else ():
            if (source[:1].isspace(), source[-1:].isspace()) != (text[:1].isspace(), text[-1:].isspace()):
                wrong.append((source, text))
    assert wrong == []


def test_the_words_we_do_not_use_are_not_used(catalogue):
    forbidden = re.compile(r"\b(silakan|apakah anda yakin|rekaman|surel|unduh gratis)\b|!$", re.IGNORECASE)
    texts = [text for message in catalogue if message.id for text in messages.forms(message)]
    assert [text for text in texts if forbidden.search(text)] == []


def _formatted_too_early(path: Path) -> list[int]:
    """Lines where a string is put together before it is translated."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
        if name in CALLS and isinstance(node.args[0], ast.JoinedStr | ast.BinOp):
            found.append(node.lineno)
    return found


def test_no_string_is_put_together_before_it_is_translated():
    wrong = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        lines = _formatted_too_early(path)
        if lines:
            wrong[str(path.relative_to(ROOT))] = lines
    assert wrong == {}


def test_such_a_string_would_be_found(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text('_(f"{n} rows")\ngettext("a" + b)\n_("%(n)s rows") % {"n": 1}\n')
    assert _formatted_too_early(bad) == [1, 2]
