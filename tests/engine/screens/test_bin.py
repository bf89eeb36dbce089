"""The recycle bin's page: one's own deletions, batches, coming back, and going for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.tag import Tag
from relasi.engine.activity.tagging import Tagging, put
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeRow, ChangeSet, close_change_set, open_change_set
from relasi.engine.records.jobs import empty_bin
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.recycle_bin import purge_at, purge_due
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, create, trash, update, write
from relasi.users.company import Company
from tests.engine.aviary import again, cage, parrot
from tests.fakes.models import Cage, Parrot
from tests.fingerprint import unchanged
from tests.people import signed_in


def to_bin(user, *records):
    """In one act. Answers its change set."""
    with acting(user) as stretch:
        for model in dict.fromkeys(type(record) for record in records):
            trash(model, [record.pk for record in records if type(record) is model])
    close_change_set()
    return stretch.change_set


def shown(user, address="/bin/"):
    return signed_in(user).get(address).content.decode()


def test_a_person_finds_ones_own_deletions_an_admin_all_with_counts_for_each_module(aviary):
    mine, others, home = parrot(aviary.keeper), parrot(aviary.vet), cage(aviary.keeper)
    to_bin(aviary.keeper, mine, home)
    to_bin(aviary.vet, others)
    seen = shown(aviary.keeper)
    assert mine.name in seen and home.name in seen and others.name not in seen
    assert (aviary.keeper.full_name in seen and ">30<" in seen) or ">29<" in seen
    seen = shown(aviary.admin)
    assert mine.name in seen and others.name in seen
    assert mine.name in shown(aviary.admin, "/bin/?module=fakes.parrot")
    assert home.name not in shown(aviary.admin, "/bin/?module=fakes.parrot")
    found = shown(aviary.admin, f"/bin/?q={mine.number}")
    assert mine.name in found and others.name not in found
    assert mine.name not in shown(aviary.stranger)


def test_a_bulk_deletion_comes_back_as_one_batch(aviary):
    with acting(aviary.keeper):
        drafts = [Draft({"name": f"Beo {n}"}) for n in range(500)]
        birds = write(registry.of(Parrot), drafts, confirmed=["double"]).records
        put(create(Tag, {"name": "Langka"}), [bird.pk for bird in birds])
    close_change_set()
    alone = parrot(aviary.keeper)
    batch = to_bin(aviary.keeper, *birds)
    to_bin(aviary.keeper, alone)
    assert f"/bin/?batch={batch}" in shown(aviary.keeper)
    assert alone.name not in shown(aviary.keeper, f"/bin/?batch={batch}")
    signed_in(aviary.keeper).post("/bin/", {"batch": batch})
    ids = [bird.pk for bird in birds]
    assert Parrot._base_manager.filter(pk__in=ids, trashed_at=None).count() == 500
    assert Tagging._base_manager.filter(record__in=ids, trashed_at=None).count() == 500
    assert again(alone).trashed_at is not None


def test_a_batch_gives_nobody_what_they_could_not_restore_alone(aviary):
    bird = parrot(aviary.keeper)
    batch = to_bin(aviary.keeper, bird)
    for who in (aviary.peer, aviary.vet, aviary.stranger):
        assert bird.name not in shown(who, f"/bin/?batch={batch}")
        with unchanged():
            signed_in(who).post("/bin/", {"batch": batch})
            signed_in(who).post("/bin/", {"id": bird.pk})


def test_an_admin_deletes_ticked_records_for_good_after_a_question(aviary):
    bird, kept = parrot(aviary.keeper, name="Rahasia"), parrot(aviary.keeper)
    to_bin(aviary.keeper, bird, kept)
    client = signed_in(aviary.admin)
    with unchanged():
        asked = client.post("/bin/purge/", {"id": bird.pk}).content.decode()
    assert "Rahasia" in asked and kept.name not in asked
    client.post("/bin/purge/", {"id": bird.pk, "sure": "1"})
    assert not Parrot._base_manager.filter(pk=bird.pk).exists()
    assert again(kept).trashed_at is not None
    stub = ChangeRow.objects.filter(record_id=bird.pk).last()
    assert (
        stub.kind == "d"
        and stub.before["number"] == bird.number
        and stub.change_set.user_id == aviary.admin.pk
    )
    assert client.get(f"/parrots/{bird.pk}/").status_code == 404
    assert client.get(f"/r/{bird.pk}/").status_code == 404
    assert bird.number not in client.get("/search/?q=Rahasia").content.decode()


@pytest.mark.parametrize("who", ["keeper", "manager", "stranger"])
def test_only_an_admin_deletes_for_good(aviary, who):
    bird = parrot(aviary.keeper)
    to_bin(aviary.keeper, bird)
    client = signed_in(getattr(aviary, who))
    with unchanged():
        assert client.post("/bin/purge/", {"id": bird.pk, "sure": "1"}).status_code == 404
        assert client.get("/bin/empty/").status_code == 404
        assert client.post("/bin/empty/", {"word": "EMPTY"}).status_code == 404
    assert "/bin/purge/" not in client.get("/bin/").content.decode()


def test_a_living_record_is_never_purged_by_its_id(aviary):
    bird = parrot(aviary.keeper)
    with unchanged():
        signed_in(aviary.admin).post("/bin/purge/", {"id": bird.pk, "sure": "1"})


def test_emptying_needs_the_word_and_takes_one_module_or_all(aviary):
    bird, home = parrot(aviary.keeper), cage(aviary.keeper)
    to_bin(aviary.keeper, bird, home)
    client = signed_in(aviary.admin)
    page = client.get("/bin/empty/?module=fakes.parrot").content.decode()
    word = "KOSONGKAN" if "KOSONGKAN" in page else "EMPTY"
    with unchanged():
        assert client.post("/bin/empty/", {"module": "fakes.parrot", "word": "ya"}).status_code == 422
        assert client.get("/bin/empty/?module=no.module").status_code == 404
    client.post("/bin/empty/", {"module": "fakes.parrot", "word": word})
    assert not Parrot._base_manager.filter(pk=bird.pk).exists()
    assert again(home).trashed_at is not None
    client.post("/bin/empty/", {"word": word})
    assert not RecordIndex.objects.filter(trashed_at__isnull=False).exists()


def test_what_points_to_each_other_goes_together_and_what_is_still_needed_stays(aviary):
    home, used = cage(aviary.keeper), cage(aviary.keeper)
    bird, living = parrot(aviary.keeper, cage=home.pk), parrot(aviary.keeper, cage=used.pk)
    to_bin(aviary.keeper, home, used, bird)
    client = signed_in(aviary.admin)
    client.post("/bin/purge/", {"id": [home.pk, used.pk, bird.pk], "sure": "1"})
    assert not Cage._base_manager.filter(pk=home.pk).exists()
    assert again(used).trashed_at is not None
    assert client.get(f"/parrots/{living.pk}/").status_code == 200
    assert client.get("/parrots/?columns=name,cage,cage.capacity").status_code == 200


def test_a_reference_says_that_its_record_is_deleted(aviary):
    home = cage(aviary.keeper)
    bird = parrot(aviary.keeper, cage=home.pk)
    to_bin(aviary.keeper, home)
    for address in (f"/parrots/{bird.pk}/", "/parrots/?columns=name,cage"):
        seen = shown(aviary.keeper, address)
        assert f"{home.name} (dihapus)" in seen or f"{home.name} (deleted)" in seen


def test_a_picture_leaves_the_disk_with_its_last_record(aviary, django_capture_on_commit_callbacks):
    name = default_storage.save("images/00/contoh.webp", ContentFile(b"x"))
    birds = [parrot(aviary.keeper) for _n in range(2)]
    to_bin(aviary.keeper, *birds)
    with acting(aviary.admin):
        open_change_set()
        Parrot._base_manager.filter(pk__in=[bird.pk for bird in birds]).update(picture=name)
    close_change_set()
    for bird, remains in zip(birds, (True, False), strict=True):
        with django_capture_on_commit_callbacks(execute=True):
            signed_in(aviary.admin).post("/bin/purge/", {"id": bird.pk, "sure": "1"})
        assert not Parrot._base_manager.filter(pk=bird.pk).exists()
        assert default_storage.exists(name) is remains


def test_the_worker_empties_what_lay_in_the_bin_when_it_was_asked(aviary):
    bird, later = parrot(aviary.keeper), parrot(aviary.keeper)
    to_bin(aviary.keeper, bird)
    until = timezone.now().isoformat()
    to_bin(aviary.keeper, later)
    with unchanged():
        assert empty_bin.func(aviary.keeper.pk, "", until) == 0
    RecordIndex.objects.filter(pk=later.pk).update(trashed_at=timezone.now() + timedelta(hours=1))
    assert empty_bin.func(aviary.admin.pk, "fakes.parrot", until) == 1
    assert again(later).trashed_at is not None


def test_an_owner_who_left_meanwhile_is_told_and_another_one_is_chosen(aviary):
    bird = parrot(aviary.peer)
    to_bin(aviary.admin, bird)
    with acting(SYSTEM):
        update(aviary.peer, {"status": "suspended"}, authorised="the test needs one who left")
    close_change_set()
    client = signed_in(aviary.admin)
    with unchanged():
        answer = client.post("/bin/", {"id": bird.pk})
    assert answer.status_code == 409 and 'name="owner"' in answer.content.decode()
    client.post("/bin/", {"id": bird.pk, "confirmed": "owner", "owner": aviary.keeper.pk})
    assert again(bird).trashed_at is None and again(bird).owner_id == aviary.keeper.pk


def test_a_record_whose_parent_lies_in_the_bin_too_offers_both(aviary):
    home = cage(aviary.keeper)
    bird = parrot(aviary.keeper, cage=home.pk)
    to_bin(aviary.keeper, bird)
    to_bin(aviary.keeper, home)
    client = signed_in(aviary.keeper)
    with unchanged():
        answer = client.post("/bin/", {"id": bird.pk})
    told = answer.content.decode()
    assert answer.status_code == 409 and home.name in told and f'name="parent" value="{home.pk}"' in told
    client.post("/bin/", {"id": bird.pk, "parent": home.pk, "parents": "1"})
    assert again(bird).trashed_at is None and again(home).trashed_at is None


def test_a_parent_may_stay_in_the_bin_when_asked_so(aviary):
    home = cage(aviary.keeper)
    bird = parrot(aviary.keeper, cage=home.pk)
    to_bin(aviary.keeper, home)
    to_bin(aviary.keeper, bird)
    signed_in(aviary.keeper).post("/bin/", {"id": bird.pk, "confirmed": "parent"})
    assert again(bird).trashed_at is None and again(home).trashed_at


def test_both_deleted_together_come_back_together(aviary):
    home = cage(aviary.keeper)
    bird = parrot(aviary.keeper, cage=home.pk)
    batch = to_bin(aviary.keeper, bird, home)
    assert signed_in(aviary.keeper).post("/bin/", {"batch": batch}).status_code == 302
    assert again(bird).trashed_at is None and again(home).trashed_at is None


def test_an_undo_of_a_deletion_asks_nobody(aviary):
    bird = parrot(aviary.peer)
    batch = to_bin(aviary.admin, bird)
    with acting(SYSTEM):
        update(aviary.peer, {"status": "suspended"}, authorised="the test needs one who left")
    close_change_set()
    with acting(aviary.admin):
        revert(ChangeSet.objects.get(pk=batch))
    assert again(bird).trashed_at is None


def test_the_company_says_how_long_deleted_records_wait(aviary):
    bird = parrot(aviary.keeper)
    to_bin(aviary.keeper, bird)
    at = again(bird).trashed_at
    with acting(aviary.admin):
        company = Company._base_manager.first() or create(Company, {"name": "Kebun"})
        for wrong in (0, 29, 91):
            with pytest.raises(Refused):
                update(company, {"bin_days": wrong})
        assert purge_at(at) == at + timedelta(days=30)
        update(company, {"bin_days": 45})
    close_change_set()
    with acting(SYSTEM):
        assert purge_at(at) == at + timedelta(days=45)
        assert purge_due(at + timedelta(days=44)) == 0 and purge_due(at + timedelta(days=45)) == 1
