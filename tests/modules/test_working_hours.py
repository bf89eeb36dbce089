"""Working hours: the acceptance checks of their specification on stored rows, and what counts by them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.choices import Mail, NotificationChoices
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from relasi.engine.records.change_set import ChangeSet, open_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, trash, update
from relasi.kits.clock.stored_hours import (
    after_working_days,
    calendars,
    company_hours,
    hours_of_user,
    works_at,
    works_on,
)
from relasi.modules.agenda.defaults import ensure_defaults
from relasi.modules.agenda.defaults import holidays as national
from relasi.modules.agenda.working_hours import Holiday, OtherHours, WorkingHours
from tests.make import again, make
from tests.modules.refused import refused

pytestmark = pytest.mark.usefixtures("as_admin")
JAKARTA, HOUR = ZoneInfo("Asia/Jakarta"), timedelta(hours=1)
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday")
FRIDAY, SATURDAY, MONDAY, TUESDAY = 9, 10, 12, 13


def at(day: int, clock: str) -> datetime:
    return datetime.combine(date(2026, 1, day), datetime.strptime(clock, "%H:%M").time(), JAKARTA)


@pytest.fixture
def office() -> Any:
    """Nine to five on the days of work, the company's, and no holidays."""
    open_change_set()
    for model in (Holiday, WorkingHours):
        model._base_manager.filter(trashed_at=None).update(trashed_at=datetime.now(JAKARTA))
    calendars_anew()
    return create(WorkingHours, {"name": "Kantor", "usual": True, **dict.fromkeys(WEEK, "9-17")})


def calendars_anew() -> None:
    from relasi.kits.clock.stored_hours import forget_calendars

    forget_calendars()


def test_four_hours_from_friday_afternoon(office: Any):
    assert company_hours().add(at(FRIDAY, "16:30"), 4 * HOUR) == at(MONDAY, "12:30")
    update(office, dict.fromkeys(WEEK, "09.00–12.00, 13.00–17.00"))
    assert company_hours().add(at(FRIDAY, "16:30"), 4 * HOUR) == at(MONDAY, "13:30")
    update(again(office), dict.fromkeys(WEEK, "9-17"))
    holiday = create(Holiday, {"name": "Libur", "day": date(2026, 1, MONDAY)})
    assert company_hours().add(at(FRIDAY, "16:30"), 4 * HOUR) == at(TUESDAY, "12:30")
    trash(Holiday, [holiday.pk])
    assert company_hours().add(at(FRIDAY, "16:30"), 4 * HOUR) == at(MONDAY, "12:30")


def test_closing_time_weekends_and_the_time_between(office: Any):
    hours = company_hours()
    assert hours.add(at(FRIDAY, "09:00"), 8 * HOUR) == at(FRIDAY, "17:00")
    assert hours.add(at(SATURDAY, "10:00"), HOUR) == at(MONDAY, "10:00")
    assert hours.between(at(FRIDAY, "15:00"), at(MONDAY, "11:00")) == 4 * HOUR


def test_friday_prayers_and_nights(office: Any):
    update(office, {"friday": "09.00–11.30, 13.00–17.00"})
    assert company_hours().add(at(FRIDAY, "10:30"), 2 * HOUR) == at(FRIDAY, "14:00")
    night = dict.fromkeys((*WEEK, "saturday", "sunday"), "22-6")
    update(again(office), night)
    assert company_hours().add(at(FRIDAY, "23:00"), 8 * HOUR) == at(SATURDAY, "23:00")


def test_the_default_stays_until_another_is_the_default(office: Any):
    assert refused(trash, WorkingHours, [office.pk]) == [("", "LOCKED")]
    assert refused(update, office, {"usual": False}) == [("usual", "INVALID_TRANSITION")]
    other = create(WorkingHours, {"name": "Gudang", "usual": True, "monday": "7-15"})
    assert not again(office).usual and again(other).usual
    trash(WorkingHours, [office.pk])
    assert company_hours().is_open(at(MONDAY, "07:30"))


def test_hours_for_a_while_and_holidays_before_them(office: Any):
    shorter = {
        "calendar": office.pk,
        "name": "Ramadan",
        "first": date(2026, 1, FRIDAY),
        "last": date(2026, 1, TUESDAY),
    }
    create(OtherHours, {**shorter, **dict.fromkeys(WEEK, "08-15")})
    create(Holiday, {"name": "Libur", "day": date(2026, 1, MONDAY)})
    assert company_hours().add(at(FRIDAY, "14:00"), 2 * HOUR) == at(TUESDAY, "09:00")
    assert company_hours().is_open(at(14, "16:00"))


def test_what_cannot_be_is_refused_at_its_field(office: Any):
    assert refused(create, WorkingHours, {"name": "Kosong"}) == [("monday", "REQUIRED")]
    assert refused(create, WorkingHours, {"name": "A", "monday": "9-13, 12-17"}) == [
        ("monday", "INVALID_VALUE")
    ]
    assert refused(create, WorkingHours, {"name": "A", "monday": "pagi"}) == [("monday", "INVALID_VALUE")]
    assert refused(create, WorkingHours, {"name": "A", "monday": "9-25"}) == [("monday", "INVALID_VALUE")]
    wrong = {"name": "B", "calendar": office.pk, "monday": "8-9", "first": "2026-02-02", "last": "2026-02-01"}
    assert refused(create, OtherHours, wrong) == [("last", "INVALID_VALUE")]
    assert refused(create, OtherHours, {**wrong, "last": "2028-01-01"}) == [("last", "OUT_OF_RANGE")]
    assert WorkingHours._base_manager.filter(trashed_at=None).count() == 1


def test_hours_are_read_as_people_write_them():
    kind: Any = kind_of(WorkingHours._meta.get_field("monday"))
    for text in (
        "8-12,13-17",
        "08.00–12.00, 13.00–17.00",
        "13:00 s/d 17:00; 08:00 - 12:00",
        "8-12 dan 13-17",
    ):
        assert kind.parse(text) == "08:00-12:00, 13:00-17:00"
    assert kind.parse("0-24") == "00:00-00:00"
    assert (
        kind.show("08:00-12:00", INDONESIAN) == "08.00–12.00"
        and kind.show("08:00-12:00", ENGLISH) == "08:00–12:00"
    )
    assert kind.parse(kind.typed("22:00-06:00", INDONESIAN)) == "22:00-06:00"
    with pytest.raises(Invalid):
        kind.parse(", ".join(f"{n}-{n + 1}" for n in range(9)))


def test_a_person_works_by_the_hours_that_name_them_then_their_group_then_the_company(
    office: Any, company: Any
):
    own = {"saturday": "8-12", "zone": "Asia/Jayapura"}
    create(WorkingHours, {"name": "Papua", "users": [company.sales_a.pk], **own})
    saturday = datetime(2026, 1, SATURDAY, 6, 30, tzinfo=JAKARTA)  # 08:30 in Jayapura
    assert works_at(company.sales_a.pk, "Asia/Jakarta", "", "", saturday)
    assert not works_at(company.sales_b.pk, "Asia/Jakarta", "", "", at(SATURDAY, "10:00"))
    assert works_at(company.sales_b.pk, "Asia/Jakarta", "", "", at(MONDAY, "10:00"))
    # Of the company's hours without a zone everybody's own clock.
    assert not works_at(company.sales_b.pk, "Asia/Jayapura", "", "", at(MONDAY, "16:00"))
    again_named = {"name": "Dua", "monday": "8-9", "users": [company.sales_a.pk]}
    assert refused(create, WorkingHours, again_named) == [("users", "DUPLICATE")]
    named = WorkingHours._base_manager.get(name="Papua")
    assert refused(trash, WorkingHours, [named.pk]) == [("", "LOCKED")]


def test_day_and_night_counts_every_hour_and_may_work_on_holidays(office: Any, company: Any):
    create(Holiday, {"name": "Libur", "day": date(2026, 1, MONDAY)})
    values = {
        "name": "Jaga",
        "around_the_clock": True,
        "keeps_holidays": False,
        "users": [company.sales_a.pk],
    }
    create(WorkingHours, values)
    hours = hours_of_user(company.sales_a.pk, "Asia/Jakarta")
    assert hours.add(at(FRIDAY, "16:30"), 100 * HOUR) == at(FRIDAY, "16:30") + 100 * HOUR
    assert not works_on(company.sales_b.pk, "Asia/Jakarta", date(2026, 1, MONDAY))


def test_two_days_of_work_pass_over_lebaran(office: Any):
    for values in national():
        create(Holiday, values)
    tuesday = datetime(2026, 3, 17, 17, 0, tzinfo=JAKARTA)
    assert after_working_days(tuesday, 2) == datetime(2026, 3, 26, 17, 0, tzinfo=JAKARTA)


def test_the_daily_mail_waits_for_a_day_of_work_of_its_reader(office: Any, company: Any):
    create(Holiday, {"name": "Libur", "day": date(2026, 1, MONDAY)})
    mine = NotificationChoices(user=company.sales_b)
    now = at(FRIDAY, "09:00")
    assert mine.mail_due(Mail.DIGEST, now, JAKARTA) == at(TUESDAY, "08:00")
    assert mine.mail_due(Mail.NOW, now, JAKARTA) == now


def test_the_national_holidays_of_2026_are_there_once_and_stay_deleted():
    days = {(one["day"], one["kind"]) for one in national()}
    assert len(days) == len(national()) == 25
    open_change_set()
    Holiday._base_manager.filter(trashed_at=None).update(trashed_at=datetime.now(JAKARTA))
    before = Holiday._base_manager.count()
    ensure_defaults()
    ensure_defaults()
    assert Holiday._base_manager.count() == (before or 25)


def test_a_change_of_hours_is_taken_back(office: Any):
    with acting(SYSTEM, via="system") as stretch:
        update(office, {"monday": "10-12"})
        change_set = stretch.change_set
    calendars_anew()
    assert company_hours().is_open(at(MONDAY, "11:00")) and not company_hours().is_open(at(MONDAY, "15:00"))
    revert(ChangeSet.objects.get(pk=change_set))
    calendars_anew()
    assert company_hours().is_open(at(MONDAY, "15:00"))


def test_what_the_page_tells_of_hours(office: Any, company: Any):
    from relasi.modules.agenda.hours_shown import body_of

    create(Holiday, {"name": "Besok libur", "day": date.today() + timedelta(days=1)})
    body: Any = body_of(again(office), company.admin)
    assert [one["name"] for one in body["closed"]] == ["Besok libur"] and len(body["told"]) == 4
    assert calendars().usual.pk == office.pk and make("agenda.Task").pk
