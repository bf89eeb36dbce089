"""The demo company: enough of everything, in the past, and never over what is there."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Sum
from django.utils import timezone

from relasi.engine.access.acting import acting
from relasi.engine.access.door import visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.tying import all_checks
from relasi.features.month_end.models import Snapshot
from relasi.users.user import User
from tests.tying import everything_ties_out
from tests.worlds import kept_for_a_file

pytestmark = pytest.mark.django_db

PASSWORD = "sawah-ombak-1945"


@pytest.fixture(scope="module")
def printed(django_db_setup, django_db_blocker):
    """Made once; the tests only read it."""

    def build() -> str:
        out = StringIO()
        call_command("demo_company", password=PASSWORD, stdout=out)
        return out.getvalue()

    with kept_for_a_file(django_db_blocker, build) as text:
        yield text


def rows(label: str):
    return registry.module(label).model._base_manager.all()


def test_the_table_names_the_admin_and_the_password(printed):
    lines = [line.split() for line in printed.splitlines()]
    assert ["admin", PASSWORD] in [line[:2] for line in lines]
    assert User._base_manager.get(username="admin").check_password(PASSWORD)


def test_there_is_enough_of_everything(printed):
    assert 290 <= rows("customers.Account").count() <= 310
    assert 980 <= rows("customers.Contact").count() <= 1020
    assert rows("customers.Lead").count() == 400
    assert rows("sales.Deal").count() == 500
    assert User._base_manager.count() == 21


def test_all_its_figures_tie_out(printed):
    everything_ties_out()
    # None counts as right because there was nothing to look at.
    idle = [check for check in all_checks() if not _one_number(check.counted)]
    idle_keys = {check.key for check in idle if check.of.model._base_manager.exists()}
    # Delivery notes move the demo's stock, not its invoices, and nothing of what was credited came back.
    assert idle_keys <= {"ledger-invoices", "ledger-credit-notes"}


def _one_number(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_what_is_bought_adds_up_and_waits_in_every_state(printed):
    from tests.modules.buying import is_sound

    is_sound()
    assert rows("purchasing.Vendor").filter(status="approved").count() == 8
    states = set(rows("purchasing.PurchaseOrder").values_list("status", flat=True))
    assert {"draft", "pending", "approved", "sent"} <= states
    assert {"approved", "paid"} <= set(rows("purchasing.Bill").values_list("status", flat=True))


def test_documents_add_up_and_follow_each_other(printed):
    from tests.modules.trading import is_sound

    is_sound()
    assert rows("sales.Quote").count() >= 70
    states = dict(rows("billing.Invoice").values_list("status").annotate(n=Count("pk")))
    assert states["paid"] > states["partly_paid"] > 0 < states["issued"]
    numbers = rows("billing.Invoice").filter(number__startswith="INV/").order_by("date__year", "number")
    dates = list(numbers.values_list("date", flat=True))
    assert dates == sorted(dates)
    assert not rows("billing.Payment").filter(date__gt=timezone.localdate()).exists()


def test_subscriptions_stand_in_every_state_and_what_they_earn_is_what_was_noted(printed):
    from relasi.modules.subscribing.mrr_move import MrrMove
    from relasi.modules.subscribing.subscription_flow import SubscriptionStatus
    from tests.modules.subscribing import each_once

    each_once()
    found = rows("subscribing.Subscription")
    assert set(found.values_list("status", flat=True)) == {str(one) for one in SubscriptionStatus}
    assert set(rows("subscribing.Transaction").values_list("status", flat=True)) >= {
        "pending",
        "succeeded",
        "failed",
    }
    assert not found.filter(look_on__lte=timezone.localdate()).exists()  # nothing is left for the first run
    assert MrrMove.objects.aggregate(n=Sum("amount"))["n"] == found.aggregate(n=Sum("counted_mrr"))["n"] > 0
    assert set(MrrMove.objects.values_list("kind", flat=True)) >= {
        "new",
        "expansion",
        "paused",
        "back",
        "lost",
    }
    assert not MrrMove.objects.filter(day__lt=F("subscription__start")).exists()
    assert not MrrMove.objects.filter(day__gt=timezone.localdate()).exists()


def test_deals_stand_in_every_stage_and_lost_ones_say_why(printed):
    assert dict(rows("sales.Deal").values_list("stage__name").annotate(n=Count("pk"))).keys() == set(
        rows("sales.Stage").values_list("name", flat=True)
    )
    assert not rows("sales.Deal").filter(status="lost", lost_reason=None).exists()
    assert rows("sales.DealStage").count() > 1000


def test_leads_stand_in_every_stage_of_qualification(printed):
    stages = set(rows("customers.Lead").values_list("stage", flat=True))
    assert stages == {"lead", "mql", "sql", "opportunity", "customer", "disqualified"}


def test_nothing_happened_in_the_future_or_before_it_was_made(printed):
    now = timezone.now()
    assert not ChangeRow.objects.filter(at__gt=now).exists()
    deals = rows("sales.Deal")
    assert not deals.filter(stage_since__lt=F("created_at")).exists()
    assert deals.filter(created_at__lt=now - timedelta(days=365)).count() > 20
    assert deals.filter(status="open", expected_close__gt=now.date()).count() > 100


def test_three_months_are_closed_with_what_stood_at_their_ends(printed):
    found = list(Snapshot.objects.order_by("until"))
    assert len(found) == 3
    for one in found:
        assert one.until < one.taken_at.date()
        assert one.pipelinerows.exists()
        assert one.balancerows.exists()
        assert one.stockrows.exists()


def test_every_change_belongs_to_a_change_set_of_its_own_moment(printed):
    sets = set(ChangeSet.objects.values_list("pk", flat=True))
    assert set(ChangeRow.objects.values_list("change_set_id", flat=True)) <= sets
    assert ChangeSet.objects.filter(via="import").count() < 60


def test_a_seller_sees_own_deals_and_the_manager_those_of_the_team(printed):
    counts = {}
    for username in ("ayu", "maya", "hendra", "kartika"):
        user = User._base_manager.get(username=username)
        with acting(user):
            counts[username] = visible_to(user, registry.module("sales.Deal").model).count()
    assert 0 < counts["ayu"] < counts["maya"] < counts["hendra"] == 500
    assert counts["kartika"] == 0


def test_a_second_demo_is_refused(printed):
    with pytest.raises(CommandError):
        call_command("demo_company", stdout=StringIO())
