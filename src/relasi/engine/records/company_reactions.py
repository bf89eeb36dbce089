"""Company reactions: what is remembered of the company is read anew once somebody changes it."""

from __future__ import annotations

from relasi.engine.access.company import forget_company
from relasi.engine.records.reactions import CHANGED, CREATED, on
from relasi.engine.records.refusal import Change


@on(CREATED, "users.Company")
@on(CHANGED, "users.Company")
def read_company_anew(changes: list[Change]) -> None:
    forget_company()
