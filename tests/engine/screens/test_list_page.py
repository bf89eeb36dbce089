"""The list page: its whole state stands in the address; filters, columns, widths, the three emptinesses, preview."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from relasi.engine.query.viewed import Viewed
from tests.engine.aviary import cage, parrot
from tests.fingerprint import unchanged
from tests.people import signed_in


def text(user, address):
    return signed_in(user).get(address).content.decode()


def led_to(answer):
    """The list address an editor leads to, as (path, query)."""
    parts = urlsplit(answer["Location"])
    return parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}


def test_an_empty_list_says_why_it_is_empty(aviary):
    nothing = text(aviary.keeper, "/parrots/")
    assert "/parrots/new/" in nothing and "search-x" not in nothing and "#lock" not in nothing
    parrot(aviary.vet)
    others_have_some = text(aviary.keeper, "/parrots/?view=all")
    assert "/parrots/new/" in others_have_some and "#lock" not in others_have_some
    parrot(aviary.keeper, mood="calm")
    assert "#search-x" in text(aviary.keeper, "/parrots/?q=tidakada")


def test_the_editor_builds_groups_without_scripts(aviary):
    """Every step is one submit of the form; the last one leads to the list with the filter in its address."""
    client = signed_in(aviary.keeper)
    address = "/parrots/conditions/?view=all&columns=name,mood"
    rows = {"m-0": "all", "g-0": "0", "f-0": "age_years", "o-0": "lt", "v-0": "10"}
    page = client.post(address, {**rows, "do": "group"}).content.decode()
    assert 'name="m-1"' in page and 'name="g-1" value="1"' in page and 'value="10"' in page
    rows |= {"m-1": "any", "g-1": "1", "f-1": "mood", "o-1": "in", "v-1": ["calm", "loud"],
             "g-2": "1", "f-2": "cage.place.city", "o-2": "is", "v-2": "Bandung", "g-3": "0", "f-3": ""}  # fmt: skip
    path, query = led_to(client.post(address, {**rows, "do": "apply"}))
    assert (path, query["columns"]) == ("/parrots/", "name,mood")
    assert json.loads(query["f"]) == {"all": [
        {"field": "age_years", "op": "lt", "value": 10},
        {"any": [{"field": "mood", "op": "in", "value": ["calm", "loud"]},
                 {"field": "cage.place.city", "op": "is", "value": "Bandung"}]},
    ]}  # fmt: skip
    again = client.get(f"/parrots/conditions/?f={query['f']}").content.decode()
    assert 'name="f-2"' in again and "Bandung" in again
    page = client.post(address, {**rows, "do": "drop-0"}).content.decode()
    assert 'value="10"' not in page and "Bandung" in page
    page = client.post(address, {**rows, "do": "ungroup-1"}).content.decode()
    assert "Bandung" not in page and 'value="10"' in page


def test_a_condition_that_cannot_be_taken_says_so_and_keeps_what_was_typed(aviary):
    data = {"m-0": "all", "g-0": "0", "f-0": "price", "o-0": "gt", "v-0": "mahal", "do": "apply"}
    answer = signed_in(aviary.keeper).post("/parrots/conditions/", data)
    assert answer.status_code == 422 and "mahal" in answer.content.decode()
    hidden = {"m-0": "all", "g-0": "0", "f-0": "price", "o-0": "gt", "v-0": "1", "do": "apply"}
    assert signed_in(aviary.shy).post("/parrots/conditions/", hidden).status_code == 422


def test_a_filter_too_deep_for_the_form_is_told_and_not_lost(aviary):
    deep = {"all": [{"any": [{"all": [{"field": "mood", "op": "is", "value": "calm"}]}]}]}
    answer = signed_in(aviary.keeper).get("/parrots/conditions/", {"f": json.dumps(deep)})
    assert answer.status_code == 200
    assert signed_in(aviary.keeper).get("/parrots/", {"f": json.dumps(deep)}).status_code == 200


def test_the_window_of_a_column_counts_and_ticks_its_values(aviary):
    for mood in ("calm", "calm", "loud"):
        parrot(aviary.keeper, mood=mood)
    parrot(aviary.vet, mood="angry")
    seen = text(aviary.keeper, "/parrots/column/?field=mood")
    assert '<span class="push muted t-12 num">2</span>' in seen and 'value="angry"' in seen
    answer = signed_in(aviary.keeper).get("/parrots/column/?field=mood&value=loud&value=angry&apply=1")
    _path, query = led_to(answer)
    tree = {"all": [{"field": "mood", "op": "in", "value": ["loud", "angry"]}]}
    assert json.loads(query["f"]) == tree
    seen = signed_in(aviary.keeper).get("/parrots/column/", {"field": "mood", "f": json.dumps(tree)})
    assert 'value="loud" checked' in seen.content.decode()
    cleared = signed_in(aviary.keeper).get(
        "/parrots/column/", {"field": "mood", "f": json.dumps(tree), "apply": "1"}
    )
    assert json.loads(led_to(cleared)[1]["f"]) == {"all": []}
    assert signed_in(aviary.shy).get("/parrots/column/?field=price").status_code == 404


def test_values_of_a_reference_are_those_the_person_may_see(aviary):
    seen, hidden = cage(aviary.keeper), cage(aviary.vet)
    parrot(aviary.keeper, cage=seen.pk)
    from tests.people import change

    change(parrot(aviary.vet, cage=hidden.pk), owner=aviary.keeper.pk)
    told = text(aviary.keeper, "/parrots/column/?field=cage")
    assert seen.name in told and hidden.name not in told


def test_columns_are_chosen_and_ordered_and_the_name_stays_first(aviary):
    client = signed_in(aviary.keeper)
    answer = client.get("/parrots/columns/?column=mood&column=cage.place.city&column=name&apply=1")
    assert led_to(answer)[1]["columns"] == "name,mood,cage.place.city"
    page = client.get("/parrots/columns/?column=name&column=mood&column=price&down=mood").content.decode()
    assert page.index('value="price"') < page.index('name="column" value="mood"')
    many = "&".join(f"column={name}" for name in (
        "nickname", "mood", "colours", "age_years", "weight", "chatter", "price", "currency", "upkeep", "hatched",
        "heard_at", "tame", "email", "phone", "website", "cage"))  # fmt: skip
    assert client.get(f"/parrots/columns/?{many}&apply=1").status_code == 422


def test_a_list_is_sorted_by_up_to_three_keys(aviary):
    answer = signed_in(aviary.keeper).get(
        "/parrots/sort/?key=mood&way=down&key=name&way=up&key=&way=up&key=price&way=down&apply=1"
    )
    assert led_to(answer)[1]["sort"] == "-mood,name,-price"


def test_widths_are_kept_for_the_person_and_the_module(aviary):
    parrot(aviary.keeper)
    client = signed_in(aviary.keeper)
    with unchanged_but_users():
        client.post(
            "/parrots/widths/",
            {"widths": json.dumps({"name": 333, "price": 5, "nothing": 90, "cage": 99999})},
        )
    seen = client.get("/parrots/").content.decode()
    assert "width:333px" in seen and "width:48px" in seen and "width:960px" in seen
    assert "333px" not in text(aviary.peer, "/parrots/")
    assert client.post("/parrots/widths/", {"widths": "[1"}).status_code == 404
    client.post("/parrots/widths/", {"widths": "{}"})
    assert "333px" not in client.get("/parrots/").content.decode()


def unchanged_but_users():
    from tests.fingerprint import FLEETING

    return unchanged(without=FLEETING | {"users_user", "access_epoch"})


def test_a_row_is_looked_at_without_leaving_the_list_and_that_counts_as_viewed(aviary):
    bird = parrot(aviary.keeper, nickname="Jojo")
    assert "Jojo" in text(aviary.keeper, f"/parrots/{bird.pk}/preview/")
    assert Viewed.objects.filter(user=aviary.keeper.pk, record=bird.pk).exists()
    for who in (aviary.peer, aviary.vet, aviary.stranger):
        for part in ("preview", "around"):
            assert signed_in(who).get(f"/parrots/{bird.pk}/{part}/").status_code == 404
    assert not Viewed.objects.exclude(user=aviary.keeper.pk).exists()


def test_a_record_leads_to_its_neighbours_in_the_list_it_came_from(aviary):
    birds = [parrot(aviary.keeper, name=name) for name in ("A", "B", "C")]
    told = text(aviary.keeper, f"/parrots/{birds[1].pk}/around/?sort=-name")
    assert told.index(f"/parrots/{birds[2].pk}/") < told.index(f"/parrots/{birds[0].pk}/")


def test_page_sizes_are_kept_in_the_address(aviary):
    for _n in range(60):
        parrot(aviary.keeper)
    for size, rows in [("20", 20), ("50", 50), ("100", 60), ("", 25), ("7", 25), ("x", 25)]:
        assert text(aviary.keeper, f"/parrots/?size={size}").count("<tr data-row") == rows


def test_totals_of_the_foot_are_of_the_whole_result(aviary):
    for price in (100, 200, 300):
        parrot(aviary.keeper, price=price)
    told = text(aviary.keeper, "/parrots/totals/?columns=name,price&size=20")
    assert "Rp\u00a0600" in told and "Rp\u00a0200" in told and ">3 " in told


@pytest.mark.parametrize("address", ["", "?view=viewed", "?sort=-viewed_at"])
def test_a_list_costs_the_same_however_many_rows(aviary, address, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(aviary.keeper)
    parrot(aviary.keeper, cage=cage(aviary.keeper).pk)
    client.get(f"/parrots/{address}")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(f"/parrots/{address}")
    for _n in range(8):
        parrot(aviary.keeper, cage=cage(aviary.keeper).pk)
    with django_assert_num_queries(len(few)):
        client.get(f"/parrots/{address}")
