"""Names from outside: whatever stands where a field, an operator, a view, a verb or a module is named, the answer is
clear, holds no data, and writes nothing. What was stored is run again later."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.query.saved_view import SavedView
from relasi.engine.records.write import create
from tests.fingerprint import touched
from tests.walk.asking import ask, taken_back, told
from tests.walk.world import SECRET

HOSTILE = [
    "'", '"', "';--", "name' OR '1'='1", "name; DROP TABLE customers_contact", "(SELECT password FROM users_user LIMIT 1)",
    "1) UNION SELECT password FROM users_user --", "/**/name", "name/*", "owner__password", "owner_id", "owner__name",
    "created_by__password", "created_by.password", "account.owner.password", "account__owner__password", "pk", "pk__in",
    "__class__", "_state", "custom__x", "custom.x", "custom'->>'x", "address__city'", "address.city'--", "address.__len__",
    "name.", ".name", "..", ".", "-", "--name", "-?", "?", "*", "%", "%s", "%(name)s", "{name}", "{{7*7}}", "${7*7}",
    "\x00", "name\x00", "nama\u202e", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "²", "١٢", "9" * 30,
    "-1", "1e5", "NaN", "null", "true", "[]", "[1]", "x" * 10_000, "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "\n",
    "\r\nX: y",
]  # fmt: skip
# For paths and forms, where few of them can mean anything.
FEW = ["'", "name; DROP TABLE x", "owner__password", "account.owner.password", "__class__", "pk", "..", "%s", "\x00", "²",
       "9" * 30, "-1", "x" * 10_000, "../../etc/passwd", "\r\nX: y"]  # fmt: skip


def tree(**leaf: object) -> str:
    return json.dumps({"all": [leaf]})


def every_name(word: str) -> list[tuple[str, dict[str, str]]]:
    """(address, query) of every place of a list that takes a name."""
    home = "/contacts/"
    return [
        (home, {"sort": word, "columns": word, "view": word, "size": word, "screen": word}),
        (home, {"after": word}),
        (home, {"f": word, "before": word}),
        (home, {"f": tree(field=word, op="is", value="1")}),
        (home, {"f": tree(field="last_name", op=word, value="1")}),
        (home, {"f": tree(field="last_name", op="contains", value=word), "q": word}),
        (home, {"f": tree(field="owner", op="in", value=[word])}),
        (f"{home}totals/", {"f": json.dumps({word: [], "all": word}), "columns": word}),
        (f"{home}filter/", {"field": word, "op": word, "value": word, "place": word, "apply": "1"}),
        (f"{home}filter/", {"field": "last_name", "op": word, "value": word, "place": word, "apply": "1"}),
        (f"{home}columns/", {"column": word, "apply": "1"}),
        (f"{home}quick/", {word[:200]: word, "account": word, "owner": word}),
        ("/search/", {"q": word}),
        ("/live/", {"topics": f"{word},record:{word}"}),
    ]


def other_names(word: str) -> list[tuple[str, dict[str, str]]]:
    """The same of pages that are no lists of records."""
    return [
        ("/bin/", {"module": word, "q": word, "page": word}),
        ("/changes/", {"page": word}),
        ("/settings/users/", {"status": word, "q": word, "page": word}),
        ("/settings/why/", {"user": word, "record": word}),
        ("/settings/profiles/compare/", {"a": word, "b": word, "one": word, "other": word}),
    ]


@pytest.mark.parametrize("word", HOSTILE, ids=lambda word: ascii(word[:30]))
def test_a_hostile_name_in_an_address_tells_and_writes_nothing(world, word):
    """As the admin, who may see all: what does not exist does not exist for anybody."""
    broken = []
    with taken_back():
        count = touched()
        for path, query in [*every_name(word), *(other_names(word) if word in FEW else ())]:
            answer = ask(world.clients["admin"], "GET", f"{path}?{urlencode(query)}")
            text = told(answer)
            if answer.status_code not in (200, 204, 302, 400, 404, 503) or "md5$" in text:
                broken.append((path, query, answer.status_code, answer.exc_info and repr(answer.exc_info[1])))
        assert not broken
        assert touched() == count


@pytest.mark.parametrize("word", FEW, ids=lambda word: ascii(word[:30]))
def test_a_hostile_name_in_a_path_is_not_there(world, word):
    from urllib.parse import quote

    name, record = quote(word, safe=""), world.hidden["customers.contact"].pk
    broken = []
    for path in (f"/lookup/{name}/", f"/contacts/{record}/field/{name}/", f"/contacts/{record}/do/{name}/", f"/{name}/",
                 f"/contacts/{name}/", f"/picture/{name}", f"/import/{name}/", f"/contacts/views/{name}/delete/",
                 f"/r/{name}/", f"/changes/{name}/", f"/settings/profiles/1/fields/{name}/"):  # fmt: skip
        for method in ("GET", "POST"):
            with taken_back():
                answer = ask(world.clients["admin"], method, path)
                if answer.status_code not in (404, 405, 400):
                    broken.append(
                        (method, path[:80], answer.status_code, answer.exc_info and repr(answer.exc_info[1]))
                    )
    assert not [one for one in broken if one[2] >= 500 or one[2] == 200], broken


@pytest.mark.parametrize("word", FEW, ids=lambda word: ascii(word[:30]))
def test_a_hostile_name_in_a_form_writes_nothing_else(world, word):
    record = world.hidden["customers.contact"]
    stood = type(record)._base_manager.filter(pk=record.pk).values().get()
    with taken_back():
        for path, body in (
            (
                "/contacts/bulk/",
                {"do": "edit", "id": [str(record.pk)], "field": word, word[:200]: "x", "save": "1"},
            ),
            ("/contacts/bulk/", {"do": word, "id": [word, str(record.pk)]}),
            (
                f"/contacts/{record.pk}/edit/",
                {word[:200]: "x", f"owner__{word[:50]}": "x", "take": word, "version": word},
            ),
            ("/contacts/merge/", {"id": [word, str(record.pk)], "survivor": word, f"take.{word[:50]}": word}),
            ("/bin/", {"id": [word]}),
            ("/preferences/", {"language": word, "theme": word, "density": word}),
            ("/security/sessions/", {"session": word}),
        ):
            answer = ask(world.clients["admin"], "POST", path, body)
            assert answer.status_code < 500, (path, answer.exc_info and repr(answer.exc_info[1]))
        again = type(record)._base_manager.filter(pk=record.pk).values().get()
        assert {**again, "version": 0, "changed_at": 0, "changed_by_id": 0} == {
            **stood, "version": 0, "changed_at": 0, "changed_by_id": 0,
        }  # fmt: skip


def test_a_stored_view_with_hostile_names_is_harmless_whenever_it_is_run_again(world):
    """Second order: names that went in by another way than the form are read with the same eyes."""
    rows = [
        {"condition": {"all": [{"field": word, "op": "is", "value": word}]}, "columns": [word], "sort": [word]}
        for word in FEW if "\x00" not in word
    ]  # fmt: skip
    rows += [{"condition": {"all": word}, "columns": ["number"], "sort": []} for word in ("x", {}, [[]], [1])]
    rows += [{"condition": {"all": []}, "columns": ["1", ""], "sort": ["2", "-"]}]
    for number, values in enumerate(rows):
        with taken_back():
            with acting(SYSTEM, via="system"):
                more = {
                    "module": "customers.contact",
                    "name": f"Jahat {number}",
                    "user": world.people["peer"].pk,
                }
                view = create(SavedView, {**more, **values}, authorised="a test needs it")
            for part in ("", "totals/", "filter/", "columns/", "views/"):
                answer = ask(world.clients["peer"], "GET", f"/contacts/{part}?view={view.pk}")
                assert answer.status_code < 500, (values, part, answer.exc_info and repr(answer.exc_info[1]))
                assert SECRET not in told(answer)


def test_a_view_saved_from_a_hostile_address_can_be_opened(world):
    for word in ("owner__password", "name' OR 1=1", "x" * 3000):
        with taken_back():
            query = urlencode({"f": tree(field=word, op="is", value=word), "columns": word, "sort": word})
            answer = ask(world.clients["peer"], "POST", f"/contacts/views/?{query}", {"name": "Kiriman"})
            assert answer.status_code < 500
            if answer.status_code == 302:
                assert ask(world.clients["peer"], "GET", answer["Location"]).status_code == 200
