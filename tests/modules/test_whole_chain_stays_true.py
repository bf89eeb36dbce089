"""Whatever two people do with everything sold, bought, moved and paid, in whatever order: every figure ties out."""

import os
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.modules.office import ACTS, Office, all_is_sound

NUMBER = st.integers(0, 60)
STORY = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(ACTS), NUMBER, NUMBER), min_size=15, max_size=40
)


@given(STORY)
@settings(
    max_examples=int(os.environ.get("RELASI_TEST_STORIES", "6")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_whatever_two_people_do_everything_ties_out(
    company: Any, story: list[tuple[int, str, int, int]]
) -> None:
    with transaction.atomic():
        office = Office([company.admin, company.hire("Budi", "Direktur", type="admin")])
        for who, what, which, n in story:
            office.do(who, what, which, n)
        all_is_sound()
        transaction.set_rollback(True)
