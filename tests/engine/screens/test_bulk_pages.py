"""Many records at once in the browser: from the list over the form and the rehearsal to the page that tells the end."""

from __future__ import annotations

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.activity.tagging import Tagging
from relasi.engine.bulk.job import BulkJob
from relasi.engine.bulk.jobs import check_bulk, run_bulk
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.long_job import Status
from relasi.engine.records.write import update
from tests.engine.aviary import again, parrot
from tests.fakes.models import Parrot
from tests.fingerprint import unchanged
from tests.people import signed_in


@pytest.fixture
def at_most_three(monkeypatch):
    """More than three records are work for the worker."""
    for room in ("job", "take_back"):
        monkeypatch.setattr(f"relasi.engine.bulk.{room}.AT_ONCE", 3, raising=False)
    monkeypatch.setattr("relasi.engine.screens.changes.AT_ONCE", 3)


def chosen(client, birds, do="edit", **more):
    """The job the list's bar begins."""
    answer = client.post("/parrots/bulk/", {"do": do, "id": [b.pk for b in birds], **more})
    assert answer.status_code in (200, 302), answer.content
    return BulkJob.objects.latest("pk"), answer


def test_several_fields_are_chosen_seen_and_changed(aviary):
    birds = [parrot(aviary.keeper, nickname=f"n{n}") for n in range(3)]
    client = signed_in(aviary.keeper)
    job, answer = chosen(client, birds)
    page = f"/bulk/{job.pk}/"
    assert answer["Location"] == page
    assert "nickname" in client.get(page).content.decode()
    form = client.post(page, {"_field": ["nickname"], "_more": "age_years", "nickname": "Si Merah"})
    assert "Si Merah" in form.content.decode() and 'name="age_years"' in form.content.decode()
    wrong = client.post(page, {"_field": ["nickname", "age_years"], "nickname": "Si Merah", "age_years": "tua",
                               "preview": "1"})  # fmt: skip
    assert wrong.status_code == 422 and "tua" in wrong.content.decode()
    values = {"_field": ["nickname", "age_years"], "nickname": "Si Merah", "age_years": "4", "preview": "1"}
    assert client.post(page, values)["Location"] == page
    seen = client.get(page).content.decode()
    assert "Si Merah" in seen and birds[0].name in seen and "n0" in seen and "/do/run/" in seen
    assert {again(b).nickname for b in birds} == {"n0", "n1", "n2"}
    assert client.post(f"{page}do/run/")["Location"] == "/parrots/"
    assert {(again(b).nickname, again(b).age_years) for b in birds} == {("Si Merah", 4)}
    toast = client.get("/parrots/").content.decode()
    change_set = BulkJob.objects.get(pk=job.pk).change_set
    assert f"/changes/{change_set}/undo/" in toast
    client.post(f"/changes/{change_set}/undo/")
    assert {again(b).nickname for b in birds} == {"n0", "n1", "n2"}


def test_all_that_match_is_rehearsed_and_done_by_the_worker(aviary, at_most_three):
    for n in range(5):
        parrot(aviary.keeper, nickname="a", age_years=n)
    others = [parrot(aviary.vet, nickname="a"), parrot(aviary.keeper, nickname="b")]
    client = signed_in(aviary.keeper)
    with acting(aviary.keeper):
        seen = Parrot.objects.filter(nickname="a").count()
    tree = '{"all":[{"field":"nickname","op":"is","value":"a"}]}'
    client.post("/parrots/bulk/", {"do": "edit", "all": "1"}, query_params={"f": tree})
    job = BulkJob.objects.latest("pk")
    assert job.total == seen
    page = f"/bulk/{job.pk}/"
    client.post(page, {"_field": ["nickname"], "nickname": "c", "preview": "1"})
    assert BulkJob.objects.get(pk=job.pk).status == Status.CHECKING
    assert "hx-get" in client.get(page).content.decode()
    check_bulk(job=job.pk)
    client.post(f"{page}do/run/")
    assert BulkJob.objects.get(pk=job.pk).status == Status.RUNNING
    run_bulk(job=job.pk)
    close_change_set()
    assert Parrot._base_manager.filter(nickname="c").count() == 5 and again(others[1]).nickname == "b"
    done = BulkJob.objects.get(pk=job.pk)
    assert (done.status, done.count("done"), done.count("failed")) == (Status.DONE, 5, seen - 5)
    back = client.post(f"/changes/{done.change_set}/undo/")["Location"]
    undo = BulkJob.objects.latest("pk")
    assert back == f"/bulk/{undo.pk}/" and undo.undoes == done.change_set
    run_bulk(job=undo.pk)
    assert Parrot._base_manager.filter(nickname="c").count() == 0


def test_what_failed_can_be_downloaded_with_number_name_and_reason(aviary):
    mine, other = parrot(aviary.keeper), parrot(aviary.vet, name="=Kakatua")
    client = signed_in(aviary.admin)
    job, _answer = chosen(client, [mine, other])
    BulkJob.objects.filter(pk=job.pk).update(user=aviary.keeper)
    client = signed_in(aviary.keeper)
    client.post(f"/bulk/{job.pk}/", {"_field": ["nickname"], "nickname": "c", "save": "1"})
    text = client.get(f"/bulk/{job.pk}/failures.csv").getvalue().decode()
    lines = text.splitlines()
    assert len(lines) == 2 and other.number in lines[1] and "'=Kakatua" in lines[1]
    assert other.number in client.get(f"/bulk/{job.pk}/").content.decode()


def test_what_the_person_may_not_see_is_not_chosen(aviary):
    mine, hidden = parrot(aviary.shy), parrot(aviary.vet)
    with acting(aviary.shy):
        assert not Parrot.objects.filter(pk=hidden.pk).exists()
    job, _answer = chosen(signed_in(aviary.shy), [mine, hidden], "delete")
    assert job.total == 1
    with unchanged():
        signed_in(aviary.shy).post("/parrots/bulk/", {"do": "delete", "id": [hidden.pk]})


def test_a_job_is_nobody_elses(aviary):
    job, _answer = chosen(signed_in(aviary.keeper), [parrot(aviary.keeper)])
    for person in (aviary.peer, aviary.admin):
        for path in ("", "failures.csv"):
            assert signed_in(person).get(f"/bulk/{job.pk}/{path}").status_code == 404
        with unchanged():
            assert signed_in(person).post(f"/bulk/{job.pk}/do/run/").status_code == 404


def test_a_value_left_by_an_undo_is_shown_and_taken_back_when_ticked(aviary):
    birds = [parrot(aviary.keeper, nickname="a") for _n in range(2)]
    client = signed_in(aviary.keeper)
    job, _answer = chosen(client, birds, field="nickname", nickname="b", save="1")
    close_change_set()
    with acting(aviary.manager):
        update(birds[0], {"nickname": "Liar Sekali"})
    close_change_set()
    change_set = BulkJob.objects.get(pk=job.pk).change_set
    assert "Liar Sekali" not in client.get(f"/changes/{change_set}/").content.decode()
    page = client.post(f"/changes/{change_set}/undo/")["Location"]
    seen = client.get(page).content.decode()
    assert (
        "Liar Sekali" in seen
        and again(birds[0]).nickname == "Liar Sekali"
        and again(birds[1]).nickname == "a"
    )
    assert page in client.get(f"/changes/{change_set}/").content.decode()
    close_change_set()
    fault = BulkJob.objects.latest("pk").faults.get()
    client.post(f"{page}do/over/", {"id": [fault.pk]})
    assert again(birds[0]).nickname == "a"
    assert ChangeSet.objects.filter(reverts=change_set).count() == 2


def test_a_tag_goes_on_many_and_off_again(aviary):
    birds = [parrot(aviary.keeper) for _n in range(2)]
    client = signed_in(aviary.keeper)
    for save, expected in (("on", 2), ("off", 0)):
        chosen(client, birds, "tag", tag="Pameran", save=save)
        assert Tagging._base_manager.filter(trashed_at=None).count() == expected
