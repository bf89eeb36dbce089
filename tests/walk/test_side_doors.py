"""Side doors: ways to a record, a title or a value that are not its own page. What is hidden stays hidden there too."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, urlencode

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create, update
from relasi.engine.screens.live_topics import allowed_topics
from tests.walk.asking import ask, taken_back, told
from tests.walk.world import DARK, SECRET, World, lure, options_of, title_texts

UNSEEING = ("peer", "below", "stranger", "outsider")


def get(world: World, persona: str, path: str, **values: str) -> str:
    """All that the answer tells, cursors in its links included. Never a broken page."""
    answer = ask(world.clients[persona], "GET", f"{path}?{urlencode(values)}" if values else path)
    assert answer.status_code < 500, f"{path} broke: {answer.exc_info and answer.exc_info[1]!r}"
    text = told(answer)
    cursors = re.findall(r"(?:after|before)=([\w-]{8,})", text)
    return text + "".join(
        base64.urlsafe_b64decode(c + "=" * (-len(c) % 4)).decode("utf-8", "replace") for c in cursors
    )


def leaf(field: str, op: str, value: object) -> str:
    return json.dumps({"all": [{"field": field, "op": op, "value": value}]})


@pytest.fixture
def lures(world):
    """Peer's own records, every reference of which leads to what is Andi's. By module key."""
    found = {}
    with acting(SYSTEM, via="system"):
        for module in registry.records:
            wanted = {
                name: world.hidden[other.key].pk
                for name, other in references(module)
                if module.fields[name].editable
            }
            found[module.key] = lure(world, module, **wanted)
    return found


# References from what may be seen to what may not.
def test_pages_of_ones_own_records_tell_nothing_of_the_hidden_ones_they_refer_to(world, lures):
    leaks = []
    for key, record in lures.items():
        slug = registry.module(key).slug
        for part in ("", "edit/", "timeline/", "why/"):
            if SECRET in get(world, "peer", f"/{slug}/{record.pk}/{part}"):
                leaks.append(f"/{slug}/…/{part}")
        for query in ({}, {"size": "25", "sort": "-changed_at"}):
            if SECRET in get(world, "peer", f"/{slug}/", **query):
                leaks.append(f"/{slug}/ {query}")
    assert not leaks


def references(module):
    for name, one in module.fields.items():
        target = getattr(one, "related_model", None)
        if target is not None and registry.knows(target._meta.label) and registry.of(target).is_record:
            yield name, registry.of(target)


ACROSS = [(module.key, name, other.key) for module in registry.records for name, other in references(module)]


@pytest.mark.parametrize("key, name, other", ACROSS)
def test_a_hidden_record_cannot_be_sorted_or_filtered_by(world, lures, key, name, other):
    """The title of the hidden record decides neither the order nor what is found; nor stands in a cursor."""
    slug, title = registry.module(key).slug, title_texts(registry.module(other))
    with acting(SYSTEM, via="system"):
        for _n in range(26):  # more than fit on a page, so that there is a cursor
            lure(world, registry.module(key))
    for sort in (name, f"-{name}", *(f"{name}.{one}" for one in title)):
        assert SECRET not in get(world, "peer", f"/{slug}/", sort=sort, columns=f"number,{name}", size="25")
    number = lures[key].number
    for one in title:
        found = get(world, "peer", f"/{slug}/", f=leaf(f"{name}.{one}", "contains", SECRET), columns="number")
        assert number not in found, f"{name}.{one} tells what it is by being found"


@pytest.mark.parametrize("key, name, other", ACROSS)
def test_an_id_in_an_address_does_not_become_a_title(world, key, name, other):
    """?account=12 in the form of a new record, in a filter and in the editor of one."""
    slug, id = registry.module(key).slug, str(world.hidden[other].pk)
    for path, values in (
        (f"/{slug}/new/", {name: id}),
        (f"/{slug}/quick/", {name: id}),
        (f"/{slug}/", {"f": leaf(name, "is", int(id))}),
        (f"/{slug}/", {"f": leaf(name, "in", [int(id)])}),
        (f"/{slug}/filter/", {"field": name, "op": "in", "value": id, "place": "0"}),
        (f"/{slug}/filter/", {"field": name, "f": leaf(name, "in", [int(id)]), "place": "0"}),
        (f"/{slug}/views/", {"f": leaf(name, "in", [int(id)])}),
        (f"/{slug}/totals/", {"f": leaf(name, "in", [int(id)])}),
    ):
        text = get(world, "peer", path, **values)
        assert SECRET not in text, path
        assert world.hidden[other].number not in text, path


@pytest.mark.parametrize("key, name, other", ACROSS)
def test_a_refused_form_does_not_turn_an_id_into_a_title(world, key, name, other):
    slug, id = registry.module(key).slug, str(world.hidden[other].pk)
    with taken_back():
        answer = ask(world.clients["peer"], "POST", f"/{slug}/new/", {name: id})
        assert answer.status_code < 500
        assert SECRET not in told(answer)


@pytest.mark.parametrize("key, name, other", ACROSS)
def test_a_record_may_not_be_tied_to_a_hidden_one(world, key, name, other):
    """Writing a reference asks for the right to see what it leads to; a hidden record answers as one that is not there."""
    module, one = registry.module(key), registry.module(key).fields[name]
    if not one.editable:
        pytest.skip("written by the product alone")
    with taken_back():
        with acting(SYSTEM, via="system"):
            mine = lure(world, module, **{name: lure(world, registry.module(other)).pk})
        address = f"/{module.slug}/{mine.pk}/field/{name}/"
        hidden = ask(world.clients["peer"], "POST", address, {name: str(world.hidden[other].pk)})
        none = ask(world.clients["peer"], "POST", address, {name: "999999999"})
        again = type(mine)._base_manager.get(pk=mine.pk)
        assert getattr(again, one.attname) != world.hidden[other].pk
        assert hidden.status_code == none.status_code


# Finding things.
@pytest.mark.parametrize("persona", UNSEEING)
def test_nothing_hidden_is_found_by_looking_for_it(world, persona):
    titles = (SECRET, SECRET.lower()[:8], SECRET[:-1] + "h")
    numbers = {key: row.number for key, row in world.hidden.items() if hasattr(row, "number")}
    for words in (*titles, *numbers.values()):
        for headers in ({}, {"HX-Request": "true"}):
            answer = ask(world.clients[persona], "GET", f"/search/?q={quote(words)}", **headers)
            assert answer.status_code == 200
            links = re.findall(r'href="/[\w-]+/(\d+)/"', told(answer))
            assert not {int(link) for link in links} & {row.pk for row in world.hidden.values()}
    for module in registry.records:
        for words in (*titles, *filter(None, [numbers.get(module.key)])):
            text = get(world, persona, f"/{module.slug}/", q=words)
            assert not re.findall(rf'href="/{module.slug}/\d+/"', text)


@pytest.mark.parametrize("persona", [*UNSEEING, "reader"])
@pytest.mark.parametrize("key", [module.key for module in registry])
def test_lookups_offer_only_what_may_be_seen(world, persona, key):
    for words in ("", SECRET[:6], "PT", "a"):
        text = get(world, persona, f"/lookup/{key}/", q=words)
        assert persona == "reader" or SECRET not in text.replace(f"“{words}”", "")


def test_counts_and_totals_hold_nothing_hidden(world):
    for module in registry.records:
        text = get(world, "peer", f"/{module.slug}/totals/")
        assert re.search(r"\b0\b", text), module.key


def test_what_is_empty_for_a_person_looks_the_same_whether_or_not_others_have_something(world):
    """Nobody learns from an empty list that there is something he may not see."""
    key = "customers.lead"
    before = get(world, "peer", "/leads/")
    with taken_back():
        with acting(SYSTEM, via="system"):
            from relasi.engine.records.write import trash

            ids = list(
                registry.module(key).model._base_manager.filter(trashed_at=None).values_list("pk", flat=True)
            )
            trash(registry.module(key).model, ids, confirmed=["trash"])
        after = get(world, "peer", "/leads/")
    assert bare(before) == bare(after)


def bare(text: str) -> str:
    """Without what is new in every answer: tokens, cookies and their dates."""
    return re.sub(r'csrf\S+|value="\w{64}"|sessionid=\S+|expires=[^;]*|[\w-]{32,}', "", text)


def test_a_live_topic_opens_only_for_what_may_be_seen(world):
    with acting(world.people["peer"]):
        topics = [f"record:{row.pk}" for row in world.hidden.values() if hasattr(row, "number")]
        assert allowed_topics(world.people["peer"], ",".join(topics[:10])) == []
        assert (
            allowed_topics(world.people["peer"], f"record:²,record:{'9' * 40},x,users.user,:,record:") == []
        )
    with acting(world.people["outsider"]):
        assert allowed_topics(world.people["outsider"], "customers.contact") == []


# Fields that are closed.
@pytest.mark.parametrize("key", [module.key for module in registry.records])
def test_a_closed_field_is_no_column_no_filter_no_sort_and_not_found_by_its_words(world, key):
    module, name = registry.module(key), world.dark.get(key)
    if not name:
        pytest.skip("no field of this module can be closed")
    row = world.hidden[key]
    base = f"/{module.slug}/"
    for path, values in (
        (base, {"columns": f"number,{name}"}), (base, {"sort": name}), (base, {"sort": f"-{name}"}),
        (base, {"f": leaf(name, "contains", DARK)}), (base, {"f": leaf(name, "not_empty", None)}),
        (f"{base}totals/", {"f": leaf(name, "contains", DARK)}), (f"{base}filter/", {"field": name}),
        (f"{base}columns/", {"columns": name}), (f"{base}{row.pk}/timeline/", {}), (f"{base}{row.pk}/edit/", {}),
        (f"{base}new/", {name: "x"}), (f"{base}{row.pk}/why/", {}),
    ):  # fmt: skip
        text = get(world, "blind", path, **values)
        assert DARK not in text.replace(quote(DARK), "").replace(f"&#34;{DARK}&#34;", ""), path
    hit = re.compile(rf'href="/{module.slug}/{row.pk}/"')
    assert not hit.search(get(world, "blind", base, f=leaf(name, "contains", DARK)))
    assert not hit.search(get(world, "blind", base, q=DARK)), "found by words of a closed field"
    assert not hit.search(get(world, "blind", "/search/", q=DARK)), "found by words of a closed field"
    answer = ask(world.clients["blind"], "GET", f"{base}{row.pk}/field/{name}/")
    assert answer.status_code == 404


@pytest.mark.parametrize("key", [module.key for module in registry.records])
def test_a_closed_field_cannot_be_written(world, key):
    module, name = registry.module(key), world.dark.get(key)
    if not name:
        pytest.skip("no field of this module can be closed")
    row = world.hidden[key]
    stood = getattr(row, name)
    with taken_back():
        client = world.clients["blind"]
        assert ask(client, "POST", f"/{module.slug}/{row.pk}/field/{name}/", {name: "x"}).status_code == 404
        ask(client, "POST", f"/{module.slug}/{row.pk}/edit/", {name: "x"})
        ask(client, "POST", f"/{module.slug}/bulk/", {"do": "edit", "id": [str(row.pk)], "field": name, name: "x",
                                                      "save": "1"})  # fmt: skip
        assert getattr(type(row)._base_manager.get(pk=row.pk), name) == stood


def test_changes_pages_leave_closed_fields_out(world):
    """Whoever changed it while he might still sees that he did, and not what it held."""
    key = "customers.contact"
    name = world.dark[key]
    with taken_back():
        with acting(world.people["blind"]) as stretch:
            update(world.hidden[key], {name: f"{DARK} lama"}, authorised="he might, then")
        text = get(world, "blind", f"/changes/{stretch.change_set}/")
        assert "/contacts/" in text
        assert DARK not in text


def test_changes_pages_leave_titles_of_hidden_references_out(world, lures):
    record = lures["sales.deal"]
    with taken_back():
        with acting(world.people["peer"]) as stretch:
            update(
                record, {"account": world.hidden["customers.account"].pk, "contact": None}, authorised="then"
            )
            update(record, {"contact": world.hidden["customers.contact"].pk}, authorised="then")
        assert SECRET not in get(world, "peer", f"/changes/{stretch.change_set}/")
        assert SECRET not in get(world, "peer", f"/deals/{record.pk}/timeline/")


# Names of users and secrets.
@pytest.mark.parametrize("path", ["created_by.password", "changed_by.password", "owner.password",
                                  "owner__password", "account.owner.password", "created_by.security_stamp"])  # fmt: skip
def test_nothing_of_a_user_but_the_name_can_be_asked_for(world, path):
    for operator in ("contains", "starts", "is", "not_empty", "gte"):
        for persona in ("peer", "admin"):
            text = get(world, persona, "/contacts/", f=leaf(path, operator, "md5"))
            assert 'role="alert"' in text or "alert" in text, (persona, operator)
    for persona in ("peer", "admin"):
        assert "md5$" not in get(world, persona, "/contacts/", columns=f"number,{path}", sort=path)


# Views of others.
def test_a_private_view_is_not_there_for_others(world):
    for persona in ("peer", "manager", "outsider"):
        text = get(world, persona, "/contacts/", view=str(world.view.pk))
        assert f"{SECRET} panas" not in text
    with taken_back():
        ask(
            world.clients["peer"],
            "POST",
            f"/contacts/views/?view={world.view.pk}",
            {"name": "Curi", "keep": "1"},
        )
        assert type(world.view)._base_manager.get(pk=world.view.pk).name == f"{SECRET} panas"


def test_a_shared_view_on_a_closed_field_tells_its_reader_nothing(world):
    from relasi.engine.query.saved_view import SavedView

    key, name = "customers.contact", world.dark["customers.contact"]
    values = {"module": key, "name": "Milik bersama", "user": world.people["admin"].pk, "sharing": "public",
              "condition": {"all": [{"field": name, "op": "contains", "value": DARK}]}, "columns": ["number", name],
              "sort": [name]}  # fmt: skip
    with acting(SYSTEM, via="system"):
        view = create(SavedView, values, authorised="a test needs it")
    text = get(world, "blind", "/contacts/", view=str(view.pk))
    assert f"/contacts/{world.hidden[key].pk}/" not in text.replace(
        f'/contacts/{world.hidden[key].pk}/"', "", 0
    ) or ("alert" in text)
    assert DARK not in text.replace(f"“{DARK}”", "")


# Owners.
def test_a_record_cannot_be_given_to_somebody_the_role_does_not_reach(world):
    """The role's right of assignment holds in the form, inline and in bulk alike."""
    with taken_back():
        with acting(SYSTEM, via="system"):
            update(world.company.roles["Sales B"], {"assigns": "below"}, authorised="a test needs it")
            mine = lure(world, registry.module("customers.contact"))
        boss = str(world.people["manager"].pk)
        client = world.clients["peer"]
        ask(client, "POST", f"/contacts/{mine.pk}/field/owner/", {"owner": boss})
        ask(client, "POST", f"/contacts/{mine.pk}/edit/", {"owner": boss})
        ask(client, "POST", "/contacts/bulk/", {"do": "edit", "id": [str(mine.pk)], "field": "owner", "owner": boss,
                                                "save": "1"})  # fmt: skip
        assert type(mine)._base_manager.get(pk=mine.pk).owner_id == world.people["peer"].pk
        assert "Made" not in get(world, "peer", "/lookup/access.owner/", q="Made").replace("“Made”", "")


def test_only_who_may_change_many_changes_many(world):
    with taken_back():
        with acting(SYSTEM, via="system"):
            mine = lure(world, registry.module("customers.contact"))
        name = next(n for n in registry.of(mine).form_fields if options_of(registry.of(mine).fields[n]))
        body = {"do": "edit", "id": [str(mine.pk)], "field": name, name: "", "save": "1"}
        assert ask(world.clients["peer"], "POST", "/contacts/bulk/", body).status_code == 404
