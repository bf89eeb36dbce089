"""The merge page: side by side, chosen, merged, and undone from the toast."""

import pytest

from tests.engine.aviary import again, feeding, parrot
from tests.fingerprint import unchanged


@pytest.fixture
def birds(aviary):
    return parrot(aviary.keeper, nickname="a", age_years=3), parrot(aviary.keeper, nickname="b", age_years=3)


def address(*birds):
    return "/parrots/merge/?" + "&".join(f"id={bird.pk}" for bird in birds)


def test_two_records_stand_side_by_side(client, aviary, birds):
    feeding(aviary.keeper, birds[0])
    client.force_login(aviary.keeper)
    page = client.get(address(*birds))
    assert page.status_code == 200
    text = page.content.decode()
    assert f'name="take.nickname" value="{birds[0].pk}"' in text
    assert 'name="take.age_years"' not in text  # all agree


def test_the_chosen_values_stay(client, aviary, birds):
    client.force_login(aviary.keeper)
    sent = {"id": [b.pk for b in birds], "survivor": birds[0].pk, "take.nickname": birds[1].pk}
    answer = client.post("/parrots/merge/", sent)
    assert answer.headers["Location"] == f"/parrots/{birds[0].pk}/"
    assert (again(birds[0]).nickname, again(birds[1]).trashed_at is None) == ("b", False)
    page = client.get(answer.headers["Location"]).content.decode()
    assert "/undo/" in page
    undo = page.split('action="', 1)[1:] and next(
        part.split('"')[0] for part in page.split('action="')[1:] if "/undo/" in part.split('"')[0]
    )
    client.post(undo)
    assert (again(birds[0]).nickname, again(birds[1]).trashed_at) == ("a", None)


@pytest.mark.parametrize("who", ["vet", "stranger", "shy"])
def test_it_is_not_there_for_who_may_not_merge(client, aviary, birds, who):
    client.force_login(getattr(aviary, who))
    sent = {"id": [b.pk for b in birds], "survivor": birds[0].pk}
    with unchanged():
        assert client.get(address(*birds)).status_code == 404
        assert client.post("/parrots/merge/", sent).status_code == 404


def test_one_record_alone_is_not_merged(client, aviary, birds):
    client.force_login(aviary.keeper)
    for asked in (address(birds[0]), "/parrots/merge/?id=x&id=99999999999999999999"):
        assert client.get(asked).status_code == 404
    assert client.get("/parrots/merge/?id=%00").status_code == 400
