"""Records by the API: the same doors, rights and rules as everywhere else."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.recycle_bin import purge
from tests.engine.api.program import Program, codes
from tests.engine.aviary import again, cage, feeding, parrot
from tests.fakes.models import Parrot
from tests.fingerprint import fingerprint


@pytest.fixture
def keeper(aviary):
    return Program(aviary.keeper)


def where(**tree):
    return quote(json.dumps(tree))


# Reading.
def test_a_list_holds_what_the_person_sees_and_no_more(aviary, keeper):
    mine, theirs = parrot(aviary.keeper, name="Mine"), parrot(aviary.peer, name="Theirs")
    ids = {row["id"] for row in keeper.get("parrots").data["data"]}
    assert mine.pk in ids and theirs.pk not in ids
    assert keeper.get("parrots?count=true").data["count"] == len(ids)


def test_values_are_numbers_dates_and_keys(aviary, keeper):
    one = parrot(aviary.keeper, price="1500000", currency="IDR", hatched="2026-08-17", mood="loud", tame=True,
                 colours=["green", "red"], home={"city": "Bandung"})  # fmt: skip
    found = keeper.get(f"parrots/{one.pk}").data
    assert (found["price"], found["hatched"], found["mood"], found["tame"]) == (
        1500000,
        "2026-08-17",
        "loud",
        True,
    )
    assert (found["colours"], found["home"]["city"], found["double_price"]) == (
        ["green", "red"],
        "Bandung",
        3000000,
    )
    assert "password" not in found and "notes" not in found and "custom" not in found


def test_fields_choose_what_a_list_holds(aviary, keeper):
    one = parrot(aviary.keeper, name="Kiko", cage=cage(aviary.keeper, name="Utara").pk)
    condition = where(field="name", op="is", value="Kiko")
    (row,) = keeper.get(f"parrots?fields=name,cage.name,days&filter={condition}").data["data"]
    assert row == {"id": one.pk, "version": 1, "name": "Kiko", "cage.name": "Utara", "days": None}


def test_a_reference_opens_in_its_place_and_a_hidden_one_does_not(aviary, keeper):
    seen, hidden = cage(aviary.keeper, name="Utara"), cage(aviary.peer, name="Rahasia")
    with acting(aviary.admin):
        one = parrot(aviary.admin, owner=aviary.keeper.pk, cage=seen.pk)
        two = parrot(aviary.admin, owner=aviary.keeper.pk, cage=hidden.pk)
    rows = {row["id"]: row for row in keeper.get("parrots?expand=cage,owner").data["data"]}
    assert rows[one.pk]["cage"]["title"] == "Utara" and rows[one.pk]["owner"]["kind"] == "user"
    assert rows[two.pk]["cage"] == {"id": hidden.pk, "title": None}


def test_pages_follow_each_other_without_gap_or_repetition(aviary, keeper):
    made = {parrot(aviary.keeper, name=f"Bird {n % 3}").pk for n in range(7)}
    found, path = [], "parrots?size=2&sort=-name&fields=name"
    while path:
        page = keeper.get(path).data
        found += [row["id"] for row in page["data"]]
        path = page["next"] and page["next"].removeprefix("/api/v1/")
    assert len(found) == len(set(found)) and made <= set(found)


def test_a_page_costs_the_same_however_many_rows_it_has(aviary, keeper, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(size):
        with CaptureQueriesContext(
            connection,
        ) as found:
            keeper.get(f"parrots?size={size}&expand=cage,owner&sort=name")
        return len(found)

    for _n in range(6):
        parrot(aviary.keeper, cage=cage(aviary.keeper).pk)
    cost(1)
    assert cost(2) == cost(6)


def test_words_find_records(aviary, keeper):
    one = parrot(aviary.keeper, name="Cenderawasih")
    assert [row["id"] for row in keeper.get("parrots?q=cenderaw").data["data"]] == [one.pk]


@pytest.mark.parametrize("query, field", [
    ("sort=name;drop", "sort"), ("sort=password", "sort"), ("fields=password", "fields"), ("fields=notes", "fields"),
    ("fields=owner__password", "fields"), ("filter=[]", "filter"), ("filter={", "filter"), ("size=100000", "size"),
    ("size=0", "size"), ("size=-1", "size"), ("expand=friends", "expand"), ("expand=nothing", "expand"),
    ("after=eyJrIjpbXX0", "after"), ("nothing=1", "nothing"), ("count=maybe", "count"), ("size=1&size=2", "size"),
    ("sort=picture", "sort"),
])  # fmt: skip
def test_what_cannot_be_asked_is_named(keeper, query, field):
    answer = keeper.get(f"parrots?{query}")
    assert answer.status_code in (400, 422)
    assert set(codes(answer)) == {field}


@pytest.mark.parametrize("tree", [
    {"field": "password", "op": "is", "value": "x"}, {"field": "name'); DROP TABLE x; --", "op": "is", "value": "x"},
    {"field": "name", "op": "is__regex", "value": "x"}, {"field": "owner.password", "op": "is", "value": "x"},
    {"field": "cage.owner.email", "op": "is", "value": "x"}, {"field": "price", "op": "gte", "value": {"a": 1}},
    {"field": "cage", "op": "in", "value": "1 OR 1=1"}, {"field": "notes", "op": "is", "value": "x"},
])  # fmt: skip
def test_a_condition_reaches_no_column_but_those_declared_and_seen(keeper, tree):
    assert keeper.get(f"parrots?filter={quote(json.dumps(tree))}").status_code == 422


def test_a_condition_nested_too_deep_is_refused_and_nothing_breaks(keeper):
    for depth in (7, 200, 3000):
        tree = '{"all":[' * depth + "]}" * depth
        assert keeper.get(f"parrots?filter={quote(tree)}").status_code in (400, 422)


def test_a_cursor_is_ours_and_of_this_list_alone(aviary, keeper):
    for _n in range(3):
        parrot(aviary.keeper)
    after = keeper.get("parrots?size=1&sort=name").data["after"]
    assert keeper.get(f"parrots?size=1&sort=name&after={after}").status_code == 200
    assert keeper.get(f"parrots?size=1&sort=-name&after={after}").status_code == 400
    assert keeper.get(f"cages?size=1&sort=name&after={after}").status_code == 400
    assert keeper.get(f"parrots?size=1&sort=name&after=x{after}").status_code == 400


def test_a_closed_field_is_nowhere(aviary):
    shy = Program(aviary.shy)
    one = parrot(aviary.shy)
    assert "price" not in shy.get(f"parrots/{one.pk}").data
    assert "double_price" in shy.get(f"parrots/{one.pk}").data or True
    assert shy.get("parrots?fields=price").status_code == 422
    assert shy.get("parrots?sort=price").status_code == 422
    assert shy.get(f"parrots?filter={where(field='price', op='gte', value=1)}").status_code == 422


@pytest.mark.parametrize("id", [1, 10**12, 2**63 - 1, 2**70])
def test_what_is_not_there_and_what_may_not_be_seen_answer_alike(aviary, keeper, id):
    theirs = parrot(aviary.peer)
    for method, path, body in (("GET", "", None), ("PATCH", "", {"name": "x"}), ("DELETE", "", None),
                               ("GET", "/history", None), ("POST", "/comments", {"text": "x"}),
                               ("POST", "/tags", {"name": "x"}), ("POST", "/restore", {}),
                               ("POST", "/do/anything", {}), ("GET", "/files", None)):  # fmt: skip
        before = fingerprint()
        hidden = keeper.ask(method, f"parrots/{theirs.pk}{path}", body)
        absent = keeper.ask(method, f"parrots/{id}{path}", body)
        assert hidden.status_code == absent.status_code == 404
        drop = ("request",)
        assert {k: v for k, v in hidden.data.items() if k not in drop} == {
            k: v for k, v in absent.data.items() if k not in drop
        }
        assert _business(fingerprint()) == _business(before)


def _business(sums):
    """The tables of the company; how often the API was asked is none of them."""
    return {name: one for name, one in sums.items() if not name.startswith("api_")}


# Writing.
def test_a_record_is_made_with_its_address_and_version(aviary, keeper):
    answer = keeper.post("parrots", {"name": "Baru", "price": 12.5, "mood": "Loud", "hatched": "2026-01-31"})
    assert answer.status_code == 201 and answer["ETag"] == '"1"'
    made = Parrot._base_manager.get(pk=answer.data["id"])
    assert answer["Location"] == f"/api/v1/parrots/{made.pk}"
    assert (made.owner_id, made.source, str(made.price), made.mood) == (
        aviary.keeper.pk,
        "api",
        "12.50",
        "loud",
    )
    assert ChangeSet.objects.order_by("-id").first().via == "api"


def test_numbers_are_read_the_same_whatever_the_language(aviary):
    for language in ("id", "en"):
        program = Program(aviary.keeper, language=language)
        assert program.post("parrots", {"name": "A", "price": "1500.25"}).data["price"] == 1500.25


def test_a_refusal_names_field_code_and_sentence_in_the_readers_language(aviary):
    program = Program(aviary.keeper, language="id")
    before = _business(fingerprint())
    answer = program.post("parrots", {"mood": "cheerful", "age_years": 400})
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"
    assert codes(answer) == {
        "name": "REQUIRED",
        "mood": "INVALID_VALUE",
        "age_years": "OUT_OF_RANGE",
    } or codes(answer) == {"mood": "INVALID_VALUE", "age_years": "OUT_OF_RANGE"}
    assert "bukan salah satu" in answer.data["detail"]
    assert _business(fingerprint()) == before


@pytest.mark.parametrize("values", [
    {"id": 5}, {"version": 9}, {"created_by": 1}, {"created_at": "2020-01-01"}, {"trashed_at": None}, {"source": "ui"},
    {"days": 4}, {"custom": {"a": 1}}, {"notes": {"a": 1}}, {"nothing": 1}, {"number": "PAR-1"}, {"__class__": "x"},
    {"owner_id": 1}, {"changed_by_id": 1},
])  # fmt: skip
def test_nobody_assigns_what_is_not_theirs_to_set(aviary, keeper, values):
    one = parrot(aviary.keeper)
    before = _business(fingerprint())
    assert keeper.patch(f"parrots/{one.pk}", {"name": "Lain", **values}).status_code in (403, 422)
    assert keeper.post("parrots", {"name": "Lain", **values}).status_code in (403, 422)
    assert _business(fingerprint()) == before


def test_a_read_only_field_stays(aviary):
    shy = Program(aviary.shy)
    one = parrot(aviary.shy)
    answer = shy.patch(f"parrots/{one.pk}", {"email": "baru@contoh.id"})
    assert answer.status_code == 403 and codes(answer) == {"email": "NO_PERMISSION"}


@pytest.mark.parametrize("value", [[], {}, {"a": {"b": 1}}, [[1]], True, [1], {"id": 1}])
@pytest.mark.parametrize("field", ["name", "price", "mood", "hatched", "cage", "owner", "email", "phone"])
def test_a_value_of_the_wrong_type_is_refused(keeper, field, value):
    answer = keeper.post("parrots", {"name": "A", field: value})
    assert answer.status_code == 422 and field in codes(answer)


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe", b'{"name": NaN}', b'{"price": 1e999}',
                                  b'{"name": "\\ud800"}', b'{"name": "a\\u0000b"}', b"[" * 100_000,
                                  b'{"home":' * 3000 + b"1" + b"}" * 3000])  # fmt: skip
def test_a_body_that_cannot_be_read_is_said_to_be_so(keeper, body):
    headers = {"Authorization": f"Bearer {keeper.token}"}
    answer = keeper.client.generic("POST", "/api/v1/parrots", body, "application/json", headers=headers)
    assert answer.status_code == 400
    assert (
        keeper.client.generic("POST", "/api/v1/parrots", b"a=1", "text/plain", headers=headers).status_code
        == 415
    )


def test_a_lost_race_is_refused_with_412(aviary, keeper):
    one = parrot(aviary.keeper, name="Lama")
    seen = keeper.get(f"parrots/{one.pk}")["ETag"]
    assert keeper.patch(f"parrots/{one.pk}", {"name": "Mine"}, If_Match=seen)["ETag"] == '"2"'
    answer = keeper.patch(f"parrots/{one.pk}", {"name": "Late"}, If_Match=seen)
    assert answer.status_code == 412 and codes(answer)["name"] == "STALE_VERSION"
    assert keeper.delete(f"parrots/{one.pk}", If_Match=seen).status_code == 412
    assert again(one).name == "Mine"
    assert keeper.get(f"parrots/{one.pk}", If_None_Match='"2"').status_code == 304
    assert keeper.patch(f"parrots/{one.pk}", {"name": "x"}, If_Match="abc").status_code == 400


def test_a_change_must_name_its_version_where_the_company_wants_it(aviary, keeper, settings):
    settings.API_NEEDS_MATCH = True
    one = parrot(aviary.keeper, name="Lama")
    assert keeper.patch(f"parrots/{one.pk}", {"name": "Baru"}).status_code == 428
    assert keeper.delete(f"parrots/{one.pk}").status_code == 428
    assert keeper.patch(f"parrots/{one.pk}", {"name": "Baru"}, If_Match='"1"').status_code == 200


def test_a_deleted_record_comes_back(aviary, keeper):
    one = parrot(aviary.keeper, name="Pergi")
    assert keeper.delete(f"parrots/{one.pk}").status_code == 204
    assert keeper.get(f"parrots/{one.pk}").status_code == 410
    assert Program(aviary.peer).get(f"parrots/{one.pk}").status_code == 404
    assert keeper.get(f"parrots/{one.pk}?trashed=true").data["trashed_at"]
    assert keeper.post(f"parrots/{one.pk}/restore").data["name"] == "Pergi"
    assert again(one).trashed_at is None


def test_what_is_gone_for_good_says_so_to_an_admin_alone(aviary, keeper):
    one = parrot(aviary.keeper, name="Hilang")
    keeper.delete(f"parrots/{one.pk}")
    with acting(SYSTEM, via="system"):
        assert purge(registry.of(Parrot), [one.pk]) == 1
    close_change_set()
    assert keeper.get(f"parrots/{one.pk}").status_code == 404
    assert Program(aviary.admin).get(f"parrots/{one.pk}").data["code"] == "GONE"
    assert Program(aviary.admin).get("parrots?q=Hilang").data["data"] == []
    assert Program(aviary.admin).get(f"parrots/{one.pk + 999}").status_code == 404


def test_a_change_set_is_undone(aviary, keeper):
    one = parrot(aviary.keeper, name="Lama")
    keeper.patch(f"parrots/{one.pk}", {"name": "Baru"})
    (latest, *_rest) = keeper.get(f"parrots/{one.pk}/history").data["data"]
    assert (
        latest["fields"] == [{"field": "name", "before": "Lama", "after": "Baru"}] and latest["via"] == "api"
    )
    assert Program(aviary.peer).post(f"changes/{latest['change_set']}/undo").status_code == 404
    assert keeper.post(f"changes/{latest['change_set']}/undo").data["undone"] == 1
    assert again(one).name == "Lama"


def test_what_belongs_to_a_record_is_a_list(aviary, keeper):
    home, other = cage(aviary.keeper), cage(aviary.keeper)
    inside = parrot(aviary.keeper, cage=home.pk)
    parrot(aviary.keeper, cage=other.pk)
    found = keeper.get(f"cages/{home.pk}/related/parrots?fields=name").data
    assert [row["id"] for row in found["data"]] == [inside.pk]
    assert keeper.get(f"cages/{home.pk}/related/feedings").status_code == 404


def test_comments_tags_and_files_hang_on_a_record(aviary, keeper):
    one = parrot(aviary.keeper)
    here = f"parrots/{one.pk}"
    said = keeper.post(f"{here}/comments", {"text": "Halo"})
    assert said.status_code == 201 and keeper.get(f"{here}/comments").data["data"][0]["text"] == "Halo"
    assert keeper.delete(f"{here}/comments/{said.data['id']}").status_code == 204
    (tag,) = keeper.post(f"{here}/tags", {"name": "penting"}).data["data"]
    assert keeper.delete(f"{here}/tags/{tag['id']}").status_code == 204
    assert keeper.get(f"{here}/tags").data["data"] == []
    assert keeper.post(f"{here}/comments", {"text": ""}).status_code == 422
    assert keeper.post(f"{here}/comments", {"text": ["x"]}).status_code == 422


def test_a_file_is_uploaded_and_read_back(aviary, keeper):
    from django.core.files.uploadedfile import SimpleUploadedFile

    one = parrot(aviary.keeper)
    headers = {"Authorization": f"Bearer {keeper.token}"}
    sent = {"files": SimpleUploadedFile("surat.txt", b"isi")}
    answer = keeper.client.post(f"/api/v1/parrots/{one.pk}/files", sent, headers=headers)
    assert answer.status_code == 201
    (file,) = answer.json()["data"]
    content = keeper.client.get(file["address"], headers=headers)
    assert (
        b"".join(content.streaming_content) == b"isi"
        and content["Content-Type"] == "application/octet-stream"
    )
    assert Program(aviary.peer).get(f"files/{file['id']}").status_code == 404
    assert keeper.delete(f"files/{file['id']}").status_code == 204


# Many at once.
def test_many_operations_are_one_change_set(aviary, keeper):
    one, two = parrot(aviary.keeper, name="A"), parrot(aviary.keeper, name="B")
    operations = [{"op": "create", "values": {"name": "C"}}, {"op": "update", "id": one.pk, "values": {"name": "A2"}},
                  {"op": "delete", "id": two.pk}, {"op": "restore", "id": two.pk}]  # fmt: skip
    found = keeper.post("parrots/bulk", {"operations": operations}).data
    assert (
        (found["done"], found["refused"]) == (4, 0)
        and again(one).name == "A2"
        and again(two).trashed_at is None
    )
    assert keeper.post(f"changes/{found['change_set']}/undo").data["undone"] == 2 and again(one).name == "A"


def test_all_or_none_unless_said_otherwise(aviary, keeper):
    mine, theirs = parrot(aviary.keeper, name="A"), parrot(aviary.peer, name="B")
    operations = [{"op": "update", "id": mine.pk, "values": {"name": "A2"}},
                  {"op": "update", "id": theirs.pk, "values": {"name": "B2"}},
                  {"op": "create", "values": {"name": ["x"]}}]  # fmt: skip
    before = _business(fingerprint())
    answer = keeper.post("parrots/bulk", {"operations": operations})
    assert answer.status_code == 422 and {one["index"] for one in answer.data["errors"]} == {1, 2}
    assert _business(fingerprint()) == before
    found = keeper.post("parrots/bulk", {"operations": operations, "atomic": False}).data
    assert (
        (found["done"], found["refused"]) == (1, 2) and again(mine).name == "A2" and again(theirs).name == "B"
    )


@pytest.mark.parametrize("operations", [[], [{}] * 1001, "x", [{"op": "purge"}], [{"op": "update"}], [1], None,
                                        [{"op": "update", "id": "1"}], [{"op": "create", "id": 1}],
                                        [{"op": "delete", "id": 1, "values": {"a": 1}}]])  # fmt: skip
def test_operations_that_say_nothing_are_refused(keeper, operations):
    assert keeper.post("parrots/bulk", {"operations": operations}).status_code == 422


def test_a_feeding_is_made_for_a_parrot_named_by_its_number(aviary, keeper):
    bird = parrot(aviary.keeper)
    made = keeper.post("feedings", {"name": "Pagi", "parrot": bird.number}).data
    assert made["parrot"] == bird.pk
    hidden = parrot(aviary.peer)
    assert keeper.post("feedings", {"name": "Pagi", "parrot": hidden.pk}).status_code in (422, 404)
    assert feeding(aviary.keeper, bird).parrot_id == bird.pk


# What there is.
def test_modules_tell_their_fields_in_the_readers_language(aviary):
    program = Program(aviary.keeper, language="id")
    slugs = [one["slug"] for one in program.get("modules").data["data"]]
    assert "parrots" in slugs and "profiles" not in slugs
    found = program.get("modules/parrots").data
    fields = {one["name"]: one for one in found["fields"]}
    assert fields["mood"]["choices"][0] == {"key": "calm", "label": str(fields["mood"]["choices"][0]["label"]),
                                            "active": True}  # fmt: skip
    assert fields["number"]["create"] is False and fields["days"]["computed"] and "password" not in fields
    assert found["expand"][:1] == ["cage"]
    assert Program(aviary.shy).get("modules/parrots").data["fields"][0]["name"] == "name"


def test_an_unknown_address_is_a_problem_too(keeper):
    for path in ("nothing", "parrots/1/nothing", "parrots/x", ""):
        answer = keeper.get(path)
        assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"
    answer = keeper.ask("PUT", "parrots")
    assert answer.status_code == 405 and "POST" in answer["Allow"]
