"""Work on many records: what is chosen, what happens to each, how it is cut off and goes on, and how it is taken back."""

from __future__ import annotations

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.bulk import run as running
from relasi.engine.bulk.job import Act, BulkJob, BulkSlice
from relasi.engine.bulk.run import check, run
from relasi.engine.bulk.take_back import LEFT, begin_again, begin_undo
from relasi.engine.records.change_set import ChangeRow, ChangeSet, close_change_set
from relasi.engine.records.long_job import Status, Wanted
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from tests.engine.aviary import again, parrot
from tests.fakes.models import Parrot
from tests.fingerprint import unchanged
from tests.people import make_profile, make_role, make_user


def begun(user, birds, act=Act.EDIT, **values):
    job = BulkJob(user=user, act=act, module="fakes.parrot", slug="parrots", values=values)
    BulkJob.objects.bulk_create([job])
    job.freeze([bird.pk for bird in birds])
    return job


def done(user, birds, act=Act.EDIT, **values):
    job = begun(user, birds, act, **values)
    run(job)
    close_change_set()
    return job


def undone(user, job):
    undo = begin_undo(user, ChangeSet.objects.get(pk=job.change_set))
    run(undo)
    close_change_set()
    return undo


@pytest.fixture
def small_slices(monkeypatch):
    monkeypatch.setattr("relasi.engine.bulk.job.SLICE", 3)


def test_several_fields_of_many_records_change_as_one_act(aviary, small_slices):
    birds = [parrot(aviary.keeper, nickname=f"n{n}") for n in range(8)]
    job = done(aviary.keeper, birds, nickname="same", age_years=4, owner=aviary.peer.pk)
    assert {(again(b).nickname, again(b).age_years, again(b).owner_id) for b in birds} == {
        ("same", 4, aviary.peer.pk)
    }
    assert job.status == Status.DONE and job.counts["done"] == 8 and job.slices.count() == 3
    assert set(ChangeRow.objects.filter(record_id__in=[b.pk for b in birds], kind="u").values_list(
        "change_set", flat=True)) == {job.change_set}  # fmt: skip


def test_a_field_the_person_may_not_write_changes_nothing(aviary):
    fields = {"fakes.parrot": {"email": "read"}}
    careful = make_user(
        "hati", make_role("Careful", profiles=[make_profile("Careful", tools=["*"], fields=fields)])
    )
    birds = [parrot(careful) for _n in range(3)]
    job = done(careful, birds, email="c@d.id", nickname="x")
    assert (job.count("done"), job.count("failed")) == (0, 3)
    assert {r["code"] for fault in job.faults.all() for r in fault.reasons} == {"NO_PERMISSION"}
    assert {again(b).nickname for b in birds} == {None} and job.change_set is None


def test_who_may_not_edit_many_gets_nothing_done_and_is_told(aviary):
    bird = parrot(aviary.shy)
    job = done(aviary.shy, [bird], nickname="x")
    assert job.status == Status.FAILED and job.trouble and again(bird).nickname is None


def test_one_refused_record_leaves_the_others_changed(aviary):
    birds = [parrot(aviary.keeper, age_years=n) for n in range(3)]
    other = parrot(aviary.vet)
    job = done(aviary.keeper, [*birds, other], nickname="x")
    fault = job.faults.get()
    assert (job.count("done"), job.count("failed"), fault.record) == (3, 1, other.pk)
    assert again(other).nickname is None and all(again(b).nickname == "x" for b in birds)
    assert fault.number == other.number and fault.reasons[0]["code"] in ("NO_PERMISSION", "NOT_FOUND")


def test_deleting_tagging_and_following_many(aviary):
    birds = [parrot(aviary.keeper) for _n in range(4)]
    followed = done(aviary.keeper, birds, Act.FOLLOW)
    assert (followed.count("done"), followed.count("unchanged")) == (4, 0)
    assert done(aviary.keeper, birds, Act.FOLLOW).count("unchanged") == 4
    assert done(aviary.keeper, birds, Act.UNFOLLOW).count("done") == 4
    gone = done(aviary.keeper, birds, Act.DELETE)
    assert gone.count("done") == 4 and all(again(b).trashed_at for b in birds)
    undone(aviary.keeper, gone)
    assert not any(again(b).trashed_at for b in birds)


def test_a_rehearsal_says_what_the_run_then_does_and_writes_nothing(aviary):
    birds = [parrot(aviary.keeper, nickname="a" if n < 3 else "b", age_years=1) for n in range(5)]
    same, other = parrot(aviary.keeper, nickname="z", age_years=9), parrot(aviary.vet)
    job = begun(aviary.keeper, [*birds, same, other], nickname="z", age_years=9)
    with unchanged(without=frozenset({"bulk_bulkjob"})):
        check(job)
    found = job.checked
    assert job.status == Status.READY
    assert found["counts"] == {"changed": 5, "unchanged": 1, "failed": 1}
    by_name = {one["name"]: one for one in found["fields"]}
    assert by_name["nickname"]["common"] == [["a", "z", 3], ["b", "z", 2]]
    assert by_name["age_years"]["count"] == 5 and len(found["sample"]) == 5
    assert found["reasons"][0][3] == 1
    run(job)
    counts = (job.count("done"), job.count("unchanged"), job.count("failed"))
    assert counts == (5, 1, 1)


def test_what_is_chosen_stays_chosen_however_the_filter_would_read_later(aviary):
    birds = [parrot(aviary.keeper, nickname="a") for _n in range(3)]
    job = begun(aviary.keeper, birds, nickname="b")
    parrot(aviary.keeper, nickname="a")
    run(job)
    assert job.count("done") == 3 and Parrot._base_manager.filter(nickname="b").count() == 3


def test_a_run_that_breaks_off_goes_on_behind_the_last_slice(aviary, small_slices, monkeypatch):
    birds = [parrot(aviary.keeper, age_years=0) for _n in range(8)]
    job = begun(aviary.keeper, birds, age_years=7)
    real, calls = running._carry_out, []

    def broken(job, ids):
        calls.append(ids)
        if len(calls) == 2:
            raise RuntimeError("cut off")
        return real(job, ids)

    monkeypatch.setattr(running, "_carry_out", broken)
    with pytest.raises(RuntimeError):
        run(job)
    assert job.status == Status.FAILED and job.taken == 3
    assert BulkSlice.objects.filter(job=job, taken=True).count() == 1
    run(job)
    assert job.status == Status.DONE and job.count("done") == 8 and job.taken == 8
    assert all(again(b).version == 2 for b in birds)
    assert ChangeRow.objects.filter(change_set=job.change_set, kind="u").count() == 8


def test_a_stop_ends_it_behind_the_slice_and_what_is_done_can_be_undone(aviary, small_slices, monkeypatch):
    birds = [parrot(aviary.keeper, nickname="a") for _n in range(8)]
    job = begun(aviary.keeper, birds, nickname="b")
    real = running._carry_out

    def stopping(job, ids):
        BulkJob.objects.filter(pk=job.pk).update(wanted=Wanted.STOP)
        return real(job, ids)

    monkeypatch.setattr(running, "_carry_out", stopping)
    run(job)
    close_change_set()
    assert job.status == Status.CANCELLED and job.count("done") == 3
    assert undone(aviary.keeper, job).count("done") == 3
    assert {again(b).nickname for b in birds} == {"a"}


def test_an_undo_in_slices_leaves_what_was_changed_since_and_takes_it_back_when_asked(aviary, small_slices):
    birds = [parrot(aviary.keeper, nickname=f"n{n}", age_years=n) for n in range(7)]
    job = done(aviary.keeper, birds, nickname="same", age_years=50)
    with acting(aviary.manager):
        update(birds[2], {"nickname": "mine"})
    close_change_set()
    undo = undone(aviary.keeper, job)
    assert (undo.count("done"), undo.count("left"), undo.count("failed")) == (7, 1, 0)
    fault = undo.faults.get()
    assert fault.record == birds[2].pk
    assert [(r["field"], r["code"], r["before"]) for r in fault.reasons] == [("nickname", LEFT, "n2")]
    assert (again(birds[2]).nickname, again(birds[2]).age_years) == ("mine", 2)
    forced = begin_again(undo, undo.faults.all())
    run(forced)
    close_change_set()
    assert [(again(b).nickname, again(b).age_years) for b in birds] == [(f"n{n}", n) for n in range(7)]
    with pytest.raises(Refused):
        begin_undo(aviary.keeper, ChangeSet.objects.get(pk=job.change_set))


def test_an_undo_lists_what_the_person_may_not_change_any_more(aviary, small_slices):
    birds = [parrot(aviary.keeper, nickname="a") for _n in range(5)]
    job = done(aviary.keeper, birds, nickname="b")
    with acting(aviary.admin):
        update(birds[1], {"owner": aviary.vet.pk})
    close_change_set()
    undo = undone(aviary.keeper, job)
    assert (undo.count("done"), undo.count("failed")) == (4, 1)
    assert again(birds[1]).nickname == "b" and undo.faults.get().record == birds[1].pk


def test_a_bulk_edit_of_three_hundred_is_written_to_history_as_single_ones_are(aviary):
    """Many rows take another way through the history trigger; both must say the same."""
    birds = [parrot(aviary.keeper, nickname=f"n{n % 3}", price=n, tame=n % 2 == 0) for n in range(150)]
    values = {"nickname": "n1", "price": 7, "home": {"city": "Ubud"}, "colours": ["green"]}
    job = done(aviary.keeper, birds, **values)
    rows = {row.record_id: row for row in ChangeRow.objects.filter(change_set=job.change_set)}
    one = parrot(aviary.keeper, nickname="n0", price=0, tame=True)
    with acting(aviary.keeper) as stretch:
        update(one, values)
    single = ChangeRow.objects.get(change_set=stretch.change_set, record_id=one.pk)
    assert (rows[birds[0].pk].before, rows[birds[0].pk].after) == (single.before, single.after)
    assert "nickname" not in rows[birds[1].pk].after and "price" not in rows[birds[7].pk].after
