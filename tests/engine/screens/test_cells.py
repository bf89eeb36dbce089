"""Cells: a value edited in its list, and a block of a spreadsheet pasted over many, by the rules of every write."""

from __future__ import annotations

import json

import pytest

from relasi.engine.records.change_set import ChangeSet
from tests.engine.aviary import again, cage, parrot
from tests.fingerprint import unchanged
from tests.people import signed_in


def edit(user, record, name, value, **more):
    address = f"/parrots/{record.pk}/cell/{name}/?columns=name,price,email,mood"
    return signed_in(user).post(address, {name: value, **more})


def paste(user, *rows):
    block = {
        "rows": [{"id": record.pk, "version": record.version, "values": values} for record, values in rows]
    }
    return signed_in(user).post("/parrots/cells/", {"block": json.dumps(block)})


def test_a_cell_opens_saves_and_answers_with_its_row(aviary):
    bird = parrot(aviary.keeper, price=5)
    opened = signed_in(aviary.keeper).get(f"/parrots/{bird.pk}/cell/price/").content.decode()
    assert f'name="version" value="{bird.version}"' in opened and 'name="price"' in opened
    answer = edit(aviary.keeper, bird, "price", "1.500", version=bird.version)
    assert again(bird).price == 1500
    drawn = answer.content.decode()
    assert drawn.count("<tr") == 1 and f'data-row="{bird.pk}"' in drawn and "1.500" in drawn


def test_an_email_that_is_none_is_refused_and_the_cell_keeps_its_value(aviary):
    bird = parrot(aviary.keeper, email="beo@contoh.id")
    with unchanged():
        answer = edit(aviary.keeper, bird, "email", "abc")
    told = json.loads(answer.content)
    assert answer.status_code == 422 and told["codes"] == ["INVALID_VALUE"] and "abc" in told["message"]


def test_what_somebody_else_changed_meanwhile_is_not_written_over(aviary):
    bird = parrot(aviary.keeper, price=5)
    edit(aviary.keeper, bird, "price", "7")
    with unchanged():
        answer = edit(aviary.keeper, bird, "price", "9", version=bird.version)
    assert answer.status_code == 409
    assert edit(aviary.keeper, bird, "mood", "loud", version=bird.version).status_code == 200


@pytest.mark.parametrize("who", ["peer", "vet", "stranger", "suspended"])
def test_nobody_edits_cells_of_what_they_may_not_change(aviary, who):
    bird = parrot(aviary.keeper)
    with unchanged():
        assert edit(getattr(aviary, who), bird, "price", "7").status_code in (302, 404)
        paste(getattr(aviary, who), (bird, {"price": "7"}))


@pytest.mark.parametrize(
    "name", ["number", "price", "email", "nothing", "story", "home", "days", "owner.name"]
)
def test_some_cells_are_never_open(aviary, name):
    """The shy one may neither see prices nor change e-mail; numbers are given; long texts have their page."""
    bird = parrot(aviary.shy)
    client = signed_in(aviary.shy)
    with unchanged():
        assert client.get(f"/parrots/{bird.pk}/cell/{name}/").status_code == 404
        assert edit(aviary.shy, bird, name, "1").status_code == 404


def test_a_pasted_block_fills_cells_as_one_act(aviary):
    home = cage(aviary.keeper)
    one, other = parrot(aviary.keeper), parrot(aviary.keeper)
    answer = paste(
        aviary.keeper,
        (one, {"price": "1.000", "mood": "berisik", "cage": home.name}),
        (other, {"price": "2,5", "hatched": "17/08/2020"}),
    )
    told = json.loads(answer.content)
    assert (told["done"], told["refused"]) == (5, [])
    assert (again(one).price, again(one).mood, again(one).cage_id) == (1000, "loud", home.pk)
    assert (str(again(other).price), str(again(other).hatched)) == ("2.50", "2020-08-17")
    undo = told["toasts"][0]["undo"]
    assert ChangeSet.objects.get(pk=int(undo.split("/")[2])).user_id == aviary.keeper.pk
    signed_in(aviary.keeper).post(undo)
    assert (again(one).price, again(one).mood, again(other).hatched) == (None, "calm", None)


def test_refused_cells_are_told_and_lose_no_other(aviary):
    bird, strange, next_bird = (
        parrot(aviary.keeper, price=1),
        parrot(aviary.vet, price=1),
        parrot(aviary.keeper),
    )
    answer = paste(
        aviary.keeper,
        (bird, {"price": "mahal", "nickname": "Jo", "email": "abc", "number": "PAR-1"}),
        (strange, {"price": "9"}),
        (next_bird, {"price": "3", "age_years": "900"}),
    )
    told = json.loads(answer.content)
    assert told["done"] == 2
    refused = {(one["id"], one["field"]) for one in told["refused"]}
    assert refused == {(bird.pk, "price"), (bird.pk, "email"), (bird.pk, "number"), (strange.pk, "price"),
                       (next_bird.pk, "age_years")}  # fmt: skip
    assert all(one["message"] for one in told["refused"])
    assert (again(bird).price, again(bird).nickname, again(bird).email) == (1, "Jo", None)
    assert (again(strange).price, again(next_bird).price, again(next_bird).age_years) == (1, 3, None)


@pytest.mark.parametrize("block", ["", "{}", '{"rows": 5}', '{"rows": [{"id": "x", "values": {}}]}', "[]"])
def test_a_block_that_cannot_be_read_changes_nothing(aviary, block):
    with unchanged():
        assert signed_in(aviary.keeper).post("/parrots/cells/", {"block": block}).status_code == 404
