"""What a group receives goes to its members by a rule: in forms, files, programs; and what stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.activity.notification import News
from relasi.engine.assigning import deciding
from relasi.engine.assigning.note import AssignmentNote
from relasi.engine.assigning.redistributing import redistribute, waiting
from relasi.engine.assigning.rule import AssignmentRule
from relasi.engine.assigning.simulating import next_ones, who_would
from relasi.engine.assigning.turn import AssignmentTurn
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, Refused, create, rehearse_all, update, write
from tests.engine.api.program import Program
from tests.engine.assigning.ruling import note_of, owners, rule, team
from tests.engine.aviary import again, parrot
from tests.fakes.models import Cage, Parrot
from tests.fingerprint import unchanged
from tests.people import change, make_admin, signed_in

MONDAY = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)  # ten in Jakarta


@pytest.fixture
def crew(aviary):
    return team("Ani", "Budi", "Citra", "Dodi")


def birds(group, count, **values):
    return [parrot(SYSTEM, owner=group.pk, **values) for _n in range(count)]


def at(monkeypatch, moment):
    monkeypatch.setattr(deciding.timezone, "now", lambda: moment)


def test_six_saves_go_around_four_members(crew):
    group, people = crew
    rule(group, people)
    assert owners(birds(group, 6)) == ["Ani", "Budi", "Citra", "Dodi", "Ani", "Budi"]


def test_with_one_outside_working_hours_the_others_take_turns(crew, monkeypatch):
    group, (ani, budi, citra, dodi) = crew
    night = {"user": budi, "start": "22:00", "end": "06:00"}
    rule(group, [ani, night, citra, dodi], respect_hours=True)
    at(monkeypatch, MONDAY)
    found = birds(group, 6)
    assert owners(found) == ["Ani", "Citra", "Dodi", "Ani", "Citra", "Dodi"]
    reasons = {row["user"]: row["reason"] for row in note_of(found[1]).candidates}
    assert reasons == {ani.pk: "", budi.pk: "off_hours", citra.pk: "", dodi.pk: ""}


def test_hours_are_those_of_each_persons_own_zone(crew, monkeypatch):
    group, (ani, budi, *_rest) = crew
    change(budi, zone="Asia/Jayapura")
    rule(group, [ani, budi], respect_hours=True)
    at(monkeypatch, datetime(2026, 1, 5, 0, 30, tzinfo=UTC))  # 07:30 in Jakarta, 09:30 in Jayapura
    assert owners(birds(group, 2)) == ["Budi", "Budi"]
    at(monkeypatch, datetime(2026, 1, 5, 9, 30, tzinfo=UTC))  # 16:30 and 18:30
    assert owners(birds(group, 2)) == ["Ani", "Ani"]


def test_the_least_loaded_gets_five_and_then_the_other(aviary):
    group, (alex, suraj) = team("Alex", "Suraj")
    for person, count in ((alex, 10), (suraj, 15)):
        for _n in range(count):
            parrot(SYSTEM, owner=person.pk)
    rule(group, [alex, suraj], "least_loaded")
    assert owners(birds(group, 6)) == ["Alex"] * 5 + ["Suraj"]


def test_a_record_given_to_a_member_by_hand_stays_theirs_and_the_log_says_so(aviary, crew):
    group, people = crew
    rule(group, people)
    bird = parrot(aviary.admin, owner=people[3].pk)
    assert owners([bird]) == ["Dodi"]
    assert note_of(bird).result == "manual" and note_of(bird).by_id == aviary.admin.pk
    assert not AssignmentTurn.objects.exists()


def test_a_member_who_makes_records_of_their_own_is_no_line_of_the_log(crew):
    group, people = crew
    rule(group, people)
    parrot(people[0])
    assert not AssignmentNote.objects.exists()


def test_whoever_has_as_many_open_as_may_be_is_passed_over_until_one_closes(crew):
    group, (ani, budi, *_rest) = crew
    for _n in range(5):
        parrot(SYSTEM, owner=ani.pk, mood="angry")
    angry = {"field": "mood", "op": "is", "value": "angry"}
    rule(group, [{"user": ani, "max_open": 5}, budi], open_condition=angry)
    found = birds(group, 2, mood="angry")
    assert owners(found) == ["Budi", "Budi"]
    assert note_of(found[0]).candidates[0]["reason"] == "full"
    first = Parrot._base_manager.filter(owner_id=ani.pk).first()
    change(first, mood="calm")
    close_change_set()
    assert owners(birds(group, 2, mood="angry")) == ["Ani", "Budi"]


def test_whoever_is_away_or_has_no_account_or_left_the_group_gets_nothing(crew):
    group, (ani, budi, citra, dodi) = crew
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    yesterday = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    rule(group, [
        {"user": ani, "away": True}, {"user": budi, "away_until": tomorrow}, citra,
        {"user": dodi, "away_until": yesterday},
    ])  # fmt: skip
    change(citra, status="suspended")
    assert owners(birds(group, 2)) == ["Dodi", "Dodi"]
    change(group, members=[{"kind": "user", "id": ani.pk}])
    close_change_set()
    bird = birds(group, 1)[0]
    assert owners([bird]) == ["Regu"]
    assert [row["reason"] for row in note_of(bird).candidates] == ["away", "left", "inactive", "left"]


def test_whoever_said_themselves_that_they_are_away_is_passed_over(crew):
    group, (ani, budi, _citra, _dodi) = crew
    rule(group, [ani, budi])
    change(ani, away_from="2020-01-01")
    close_change_set()
    found = birds(group, 1)
    assert owners(found) == ["Budi"]
    assert note_of(found[0]).candidates[0]["reason"] == "away"
    change(ani, away_until="2020-01-02")
    close_change_set()
    assert owners(birds(group, 2)) == ["Ani", "Budi"]


def test_a_suspended_member_is_out_of_the_rotation_and_their_open_records_wait(crew):
    group, (ani, budi, citra, _dodi) = crew
    one = rule(group, [ani, budi, citra])
    kept = birds(group, 3)
    change(budi, status="suspended")
    close_change_set()
    directory()
    assert owners(kept) == ["Ani", "Budi", "Citra"]
    assert list(waiting(one)) == [kept[1]]
    with acting(make_admin("atik")) as stretch:
        assert redistribute(one) == (1, 0)
    assert owners(kept) == ["Ani", "Ani", "Citra"] and not waiting(one).exists()
    with acting(SYSTEM):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert owners(kept) == ["Ani", "Budi", "Citra"]


@pytest.mark.parametrize(("colours", "name"), [
    (["red"], "Ani"), (["red", "blue"], "Budi"), (["green"], None), ([], "Ani"),
])  # fmt: skip
def test_only_whoever_has_all_skills_a_record_asks_for_gets_it(crew, colours, name):
    group, (ani, budi, *_rest) = crew
    rule(group, [{"user": ani, "skills": ["Red"]}, {"user": budi, "skills": ["red", "BLUE", "grey"]}], "skill",
         by_field="colours")  # fmt: skip
    assert owners(birds(group, 1, colours=colours)) == [name or "Regu"]


def test_a_territory_is_a_part_of_an_address(crew):
    group, (ani, budi, *_rest) = crew
    rule(group, [{"user": ani, "skills": ["Bandung", "Cimahi"]}, {"user": budi, "skills": ["surabaya"]}], "territory",
         by_field="home.city")  # fmt: skip
    homes = [{"city": city} for city in ("Surabaya", "Bandung", "CIMAHI")]
    assert owners([birds(group, 1, home=home)[0] for home in homes]) == ["Budi", "Ani", "Ani"]


def test_the_first_rule_that_fits_decides(crew):
    group, (ani, budi, citra, _dodi) = crew
    rule(group, [ani], name="Mahal", condition={"field": "price", "op": "gte", "value": "1000"})
    rule(group, [budi, citra])
    assert owners([birds(group, 1, price=price)[0] for price in (5000, 10, 20)]) == ["Ani", "Budi", "Citra"]


def test_when_nobody_can_the_next_rule_decides_or_the_manager_gets_it_or_the_group_keeps_it(aviary, crew):
    group, (ani, budi, *_rest) = crew
    others, (eko,) = team("Eko", group="Regu dua")
    change(group, manager=budi.pk)
    first = rule(group, [{"user": ani, "away": True}], fallback="next")
    second = rule(others, [eko], name="Luapan")
    bird = birds(group, 1)[0]
    assert owners([bird]) == ["Eko"] and note_of(bird).rule_id == second.pk
    change(first, fallback="manager")
    close_change_set()
    bird = birds(group, 1)[0]
    assert owners([bird]) == ["Budi"] and note_of(bird).result == "manager"
    change(first, fallback="group")
    close_change_set()
    bird = birds(group, 1)[0]
    assert owners([bird]) == ["Regu"] and note_of(bird).result == "nobody"
    told = News.objects.filter(kind="unassigned")
    assert [(row.user_id, row.record_id) for row in told] == [(budi.pk, bird.pk)]


def test_giving_a_record_to_a_group_runs_the_rule_and_any_other_save_does_not(aviary, crew):
    group, (ani, budi, *_rest) = crew
    one = rule(group, [{"user": ani, "away": True}, {"user": budi, "away": True}])
    bird = birds(group, 1)[0]
    change(one, members=[{"user": ani.pk}, {"user": budi.pk}])
    close_change_set()
    directory()
    change(bird, mood="angry")
    assert owners([bird]) == ["Regu"]
    mine = parrot(aviary.admin)
    with acting(aviary.admin):
        saved = update(mine, {"owner": group.pk})
    assert saved.owner_id == ani.pk and owners([mine]) == ["Ani"]


def test_reassigning_is_undone_to_whoever_had_it(aviary, crew):
    group, people = crew
    rule(group, people)
    mine = parrot(aviary.keeper)
    with acting(aviary.admin) as stretch:
        update(mine, {"owner": group.pk})
    assert owners([mine]) == ["Ani"]
    with acting(aviary.admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert again(mine).owner_id == aviary.keeper.pk


def test_an_import_goes_row_by_row_in_the_order_of_the_file(aviary, crew):
    group, people = crew
    rule(group, people)
    with acting(aviary.admin, via="import"):
        drafts = [Draft({"name": f"Baris {n}", "owner": group.pk}) for n in range(6)]
        drafts[2].values["age_years"] = -5
        written = write(registry.of(Parrot), drafts, partial=True)
    assert owners(written.records) == ["Ani", "Budi", "Citra", "Dodi", "Ani"]


def test_a_rehearsal_moves_no_turn(aviary, crew):
    group, people = crew
    rule(group, people)
    with acting(aviary.admin):
        rehearse_all(registry.of(Parrot), [Draft({"name": "Coba", "owner": group.pk})])
    assert owners(birds(group, 1)) == ["Ani"]


def test_programs_and_forms_give_to_a_group_alike(aviary, crew):
    group, people = crew
    rule(group, people)
    answer = Program(aviary.admin).post("parrots", {"name": "Lewat API", "owner": group.pk})
    assert answer.status_code == 201 and answer.data["owner"] == people[0].pk
    client = signed_in(aviary.admin)
    client.post("/parrots/new/", {"name": "Lewat formulir", "owner": group.pk, "mood": "calm"})
    assert owners(list(Parrot._base_manager.filter(name="Lewat formulir"))) == ["Budi"]
    page = client.get(
        f"/parrots/{Parrot._base_manager.get(name='Lewat formulir').pk}/timeline/"
    ).content.decode()
    assert "Budi" in page and "Aturan" in page


def test_an_undone_rule_gives_no_more(aviary, crew):
    group, people = crew
    with acting(aviary.admin) as stretch:
        create(AssignmentRule, {
            "name": "Sebentar", "module": "fakes.parrot", "group": group.pk, "members": [{"user": people[0].pk}],
        })  # fmt: skip
    close_change_set()
    assert owners(birds(group, 1)) == ["Ani"]
    with acting(aviary.admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    close_change_set()
    assert owners(birds(group, 1)) == ["Regu"]


def test_a_simulation_tells_the_next_and_who_and_why_and_moves_nothing(crew):
    group, (ani, budi, citra, dodi) = crew
    one = rule(group, [ani, {"user": budi, "away": True}, citra])
    dear = rule(group, [dodi], name="Mahal", condition={"field": "price", "op": "gte", "value": "1000"})
    assert next_ones(one, 4) == [ani.pk, citra.pk, ani.pk, citra.pk]
    bird = parrot(SYSTEM, owner=dodi.pk, price=10)
    with acting(SYSTEM):
        asked = who_would(bird, [one, dear])
    assert [found.chosen for found in asked] == [ani.pk, None] and asked[1].against
    assert [row["reason"] for row in asked[0].candidates] == ["", "away", ""]
    assert owners(birds(group, 1)) == ["Ani"]


@pytest.mark.parametrize(("values", "field", "code"), [
    ({"members": []}, "members", "REQUIRED"),
    ({"members": [{"user": 1}]}, "members", "BAD_REFERENCE"),
    ({"members": "semua"}, "members", "INVALID_VALUE"),
    ({"members": "twice"}, "members", "NOT_UNIQUE"),
    ({"members": {"weight": 0}}, "members", "OUT_OF_RANGE"),
    ({"members": {"weight": True}}, "members", "OUT_OF_RANGE"),
    ({"members": {"max_open": 0}}, "members", "OUT_OF_RANGE"),
    ({"members": {"start": "8", "end": ""}}, "members", "INVALID_VALUE"),
    ({"members": {"away_until": "besok"}}, "members", "INVALID_VALUE"),
    ({"members": {"skills": [7]}}, "members", "INVALID_VALUE"),
    ({"mode": "skill"}, "by_field", "REQUIRED"),
    ({"mode": "skill", "by_field": "ekor"}, "by_field", "INVALID_VALUE"),
    ({"mode": "acak"}, "mode", "INVALID_VALUE"),
    ({"condition": {"field": "ekor", "op": "is", "value": 1}}, "condition", "INVALID_VALUE"),
    ({"open_condition": {"field": "tags", "op": "in", "value": []}}, "open_condition", "INVALID_VALUE"),
    ({"module": "access.role"}, "module", "INVALID_VALUE"),
    ({}, "group", "NOT_UNIQUE"),
])  # fmt: skip
def test_what_no_rule_can_be_is_refused_by_name_and_nothing_changes(crew, values, field, code):
    group, people = crew
    rule(group, people)
    members = values.get("members", [{"user": people[0].pk}])
    if isinstance(members, dict):
        members = [{"user": people[0].pk, **members}]
    if members == "twice":
        members = [{"user": people[0].pk}] * 2
    given = {"name": "Salah", "module": "fakes.parrot", "group": group.pk, **values, "members": members}
    with unchanged(), acting(SYSTEM), pytest.raises(Refused) as refused:
        create(AssignmentRule, given)
    assert [(one.field, one.code) for one in refused.value.refusals] == [(field, code)]


def test_records_of_other_modules_and_other_groups_stay_as_they_are(aviary, crew):
    group, people = crew
    others, _more = team("Eko", group="Regu dua")
    rule(group, people)
    with acting(SYSTEM):
        there = create(Cage, {"name": "Kandang", "owner": group.pk})
    assert owners([there, *birds(others, 1)]) == ["Regu", "Regu dua"]
