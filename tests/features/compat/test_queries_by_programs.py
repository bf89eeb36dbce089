"""Queries over records: conditions on every kind of value, order, pages, counts, and what cannot be asked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.features.compat.client import Failed, Service
from tests.make import make, put


@pytest.fixture
def program(company: Any) -> Service:
    return Service(company.admin).signed_in()


@pytest.fixture
def deals(company: Any) -> list[Any]:
    account, other = make("customers.Account", name="PT Satu"), make("customers.Account", name="PT Dua")
    return [
        make("sales.Deal", name="Atap", amount=100, expected_close="2030-01-01", account=account, type="new"),
        make("sales.Deal", name="atap dua", amount="250.5", expected_close="2030-06-01", account=account,
             lead_source="website"),
        make("sales.Deal", name="O'Brien 100%", expected_close="2031-01-01", account=other, owner=company.sales_a),
    ]  # fmt: skip


def names(program: Service, condition: str) -> list[str]:
    rows = program.query(f"SELECT potentialname FROM Potentials WHERE {condition} ORDER BY closingdate;")
    return [row["potentialname"] for row in rows]


A, B, C = "Atap", "atap dua", "O'Brien 100%"
CONDITIONS = [
    ("potentialname = 'atap'", [A]),
    ("potentialname = 'O''Brien 100%'", [C]),
    ("potentialname LIKE 'atap%'", [A, B]),
    ("potentialname LIKE '%dua'", [B]),
    ("potentialname LIKE '%ta%du_'", [B]),
    ("potentialname NOT LIKE 'atap%'", [C]),
    ("potentialname != 'Atap'", [B, C]),
    ("potentialname IN ('Atap', 'nobody')", [A]),
    ("potentialname NOT IN ('Atap')", [B, C]),
    ("potentialname < 'B'", [A, B]),
    ("amount > 100", [B]),
    ("amount >= '100.00000000'", [A, B]),
    ("amount < 250.5", [A]),
    ("amount = ''", [C]),
    ("amount != ''", [A, B]),
    ("amount IS NULL", [C]),
    ("amount IS NOT NULL", [A, B]),
    ("amount > 'much'", []),
    ("amount LIKE '250%'", [B]),
    ("closingdate > '2030-01-01'", [B, C]),
    ("closingdate <= '2030-06-01'", [A, B]),
    ("closingdate = '2031-01-01'", [C]),
    ("closingdate LIKE '2030%'", [A, B]),
    ("closingdate = 'someday'", []),
    ("closingdate != 'someday'", [A, B, C]),
    ("opportunity_type = 'New Business'", [A]),
    ("opportunity_type IN ('New Business', 'Existing Business')", [A]),
    ("leadsource LIKE 'Web%'", [B]),
    ("leadsource = ''", [A, C]),
    ("sales_stage = 'Prospecting'", [A, B, C]),
    ("sales_stage != 'Closed Won'", [A, B, C]),
    ("sales_stage LIKE 'Closed%'", []),
    ("(potentialname = 'Atap' OR amount IS NULL) AND closingdate < '2030-12-31'", [A]),
    ("potentialname = 'Atap' OR amount IS NULL AND closingdate < '2030-12-31'", [A]),
    ("modifiedtime >= '2001-01-01 00:00:00'", [A, B, C]),
    ("modifiedtime < '2001-01-01 00:00:00'", []),
    ("createdtime LIKE '20%'", [A, B, C]),
    ("starred = '1'", []),
    ("source = 'WEBSERVICE'", []),
    ("id IN ('13x0', 'x', '12x5')", []),
]


@pytest.mark.parametrize(("condition", "wanted"), CONDITIONS)
def test_a_condition_finds_what_it_says(
    program: Service, deals: list[Any], condition: str, wanted: list[str]
) -> None:
    assert names(program, condition) == wanted


def test_references_and_owners_are_compared_by_their_ids(
    program: Service, deals: list[Any], company: Any
) -> None:
    account = deals[0].account_id
    assert names(program, f"related_to = '11x{account}'") == [A, B]
    assert names(program, f"related_to != '11x{account}'") == [C]
    assert names(program, f"related_to = '12x{account}'") == []
    assert names(program, f"assigned_user_id = '19x{company.sales_a.pk}'") == [C]
    assert names(program, f"id = '13x{deals[1].pk}'") == [B]
    assert names(program, f"id IN ('13x{deals[0].pk}', '13x{deals[2].pk}')") == [A, C]
    assert names(program, "contact_id = ''") == [A, B, C]


def test_a_moment_is_compared_by_its_second(program: Service, deals: list[Any]) -> None:
    put(deals[0], created_at="2026-01-01 10:00:00.900+00:00")
    assert names(program, "createdtime = '2026-01-01 10:00:00'") == [A]
    assert names(program, "createdtime > '2026-01-01 10:00:00' AND potentialname = 'Atap'") == []
    assert names(program, "createdtime > '2026-01-01 09:59:59' AND potentialname = 'Atap'") == [A]
    assert names(program, "createdtime <= '2026-01-01 10:00:00'") == [A]


def test_pages_follow_one_another_and_hold_a_hundred_at_most(program: Service) -> None:
    for n in range(105):
        make("customers.Lead", last_name=f"Prospek {n:03}")
    query = "SELECT lastname FROM Leads ORDER BY lastname LIMIT {}, 60;"
    first, second = program.query(query.format(0)), program.query(query.format(60))
    assert [row["lastname"] for row in [*first, *second]] == [f"Prospek {n:03}" for n in range(105)]
    assert (
        len(program.query("SELECT * FROM Leads;"))
        == len(program.query("SELECT * FROM Leads LIMIT 500;"))
        == 100
    )
    assert program.query("SELECT count(*) FROM Leads;") == [{"count": "105"}]
    assert program.query("SELECT lastname FROM Leads LIMIT 0;") == []
    backwards = program.query("SELECT lastname FROM Leads ORDER BY lastname DESC LIMIT 1;")
    assert backwards[0]["lastname"] == "Prospek 104"


@pytest.mark.parametrize(("query", "code"), [
    ("SELECT * FROM Nope;", "ACCESS_DENIED"),
    ("SELECT * FROM contacts;", "ACCESS_DENIED"),
    ("SELECT nope FROM Contacts;", "ACCESS_DENIED"),
    ("SELECT * FROM Contacts WHERE nope = 1;", "ACCESS_DENIED"),
    ("SELECT * FROM Contacts ORDER BY nope;", "ACCESS_DENIED"),
    ("SELECT * FROM Contacts WHERE account_id.accountname = 'x';", "QUERY_SYNTAX_ERROR"),
    ("SELECT * FROM Contacts WHERE lastname = 'x' --", "QUERY_SYNTAX_ERROR"),
    ("SELECT password FROM Users;", "ACCESS_DENIED"),
    ("SELECT * FROM Users WHERE accesskey LIKE 'a%';", "ACCESS_DENIED"),
    ("DELETE FROM Contacts;", "QUERY_SYNTAX_ERROR"),
    ("", "QUERY_SYNTAX_ERROR"),
])  # fmt: skip
def test_what_cannot_be_asked_is_said_in_a_code(program: Service, query: str, code: str) -> None:
    with pytest.raises(Failed) as wrong:
        program.query(query)
    assert wrong.value.code == code


def test_small_modules_are_queried_like_records(program: Service, company: Any) -> None:
    assert program.query("SELECT currency_code FROM Currency WHERE id = '21x1';") == [
        {"id": "21x1", "currency_code": "IDR"}
    ]
    found = program.query(f"SELECT id, user_name FROM Users WHERE user_name = '{company.sales_a.username}';")
    assert found == [{"id": f"19x{company.sales_a.pk}", "user_name": company.sales_a.username}]
    assert program.query("SELECT count(*) FROM Users WHERE user_name LIKE '%';")[0]["count"] == "5"
    ordered = program.query("SELECT user_name FROM Users ORDER BY user_name DESC LIMIT 1, 2;")
    assert len(ordered) == 2 and ordered[0]["user_name"] > ordered[1]["user_name"]


def test_phone_numbers_are_found_however_they_are_written(program: Service) -> None:
    make("customers.Contact", last_name="Wati", mobile="0812-3456-7890")
    for condition in (
        "mobile = '081234567890'",
        "mobile = '+6281234567890'",
        "mobile LIKE '%0812-3456%'",
        "mobile LIKE '+62%'",
    ):
        assert len(program.query(f"SELECT id FROM Contacts WHERE {condition};")) == 1, condition
