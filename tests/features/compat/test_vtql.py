"""VTQL: what is a query and what is none, and what one means."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relasi.features.compat.vtql import MOST_ROWS, Condition, Query, Several, parse
from relasi.features.compat.wrong import Wrong

A, B, C = Condition("a", "=", ("1",)), Condition("b", "!=", ("2",)), Condition("c", ">", ("3",))

GOOD = [
    ("select * from Contacts;", Query("Contacts")),
    ("SELECT firstname, lastname FROM Contacts;", Query("Contacts", ["firstname", "lastname"])),
    ("Select Count(*) From Leads ;", Query("Leads", count=True)),
    ("select count from Leads;", Query("Leads", ["count"])),
    ("select * from Leads", Query("Leads")),
    ("  select\n*\tfrom Leads ;  ", Query("Leads")),
    ("select * from Leads limit 5;", Query("Leads", limit=5)),
    ("select * from Leads limit 500;", Query("Leads", limit=MOST_ROWS)),
    ("select * from Leads limit 200, 50;", Query("Leads", offset=200, limit=50)),
    ("select * from Leads limit 0;", Query("Leads", limit=0)),
    ("select * from Leads order by a;", Query("Leads", order=[("a", False)])),
    ("select * from Leads order by a, b desc;", Query("Leads", order=[("a", False), ("b", True)])),
    ("select * from Leads order by a asc limit 1;", Query("Leads", order=[("a", False)], limit=1)),
    ("select * from L where a = '1';", Query("L", where=A)),
    ("select * from L where a=1;", Query("L", where=A)),
    ("select * from L where a = '1' and b <> 2;", Query("L", where=Several(False, (A, B)))),
    ("select * from L where a = '1' or b != 2 and c > 3;", Query("L", where=Several(True, (A, Several(False, (B, C)))))),
    ("select * from L where (a = '1' or b != 2) and c > 3;", Query("L", where=Several(False, (Several(True, (A, B)), C)))),
    ("select * from L where a = 'it''s';", Query("L", where=Condition("a", "=", ("it's",)))),
    ("select * from L where a = '';", Query("L", where=Condition("a", "=", ("",)))),
    ("select * from L where a = '''';", Query("L", where=Condition("a", "=", ("'",)))),
    ("select * from L where a = 'x; drop table y--';", Query("L", where=Condition("a", "=", ("x; drop table y--",)))),
    ("select * from L where a like '%x_';", Query("L", where=Condition("a", "like", ("%x_",)))),
    ("select * from L where a not like '%x';", Query("L", where=Condition("a", "not like", ("%x",)))),
    ("select * from L where id in ('11x1', '11x2');", Query("L", where=Condition("id", "in", ("11x1", "11x2")))),
    ("select * from L where a not in (1,2);", Query("L", where=Condition("a", "not in", ("1", "2")))),
    ("select * from L where a is null;", Query("L", where=Condition("a", "null"))),
    ("select * from L where a IS NOT NULL;", Query("L", where=Condition("a", "not null"))),
    ("select * from L where a >= -5.5;", Query("L", where=Condition("a", ">=", ("-5.5",)))),
    ("select * from L where a <= '2026-01-01';", Query("L", where=Condition("a", "<=", ("2026-01-01",)))),
]  # fmt: skip

BAD = [
    "", " ", ";", "select", "select * from", "select from L;", "select * L;", "* from L;", "insert into L;",
    "select * from L;;", "select * from L; select * from L;", "select * from L where;", "select * from L where a;",
    "select * from L where a =;", "select * from L where a = b;", "select * from L where a = '1;",
    "select * from L where a = \"1\";", "select * from L where (a = 1;", "select * from L where a = 1);",
    "select * from L where account_id.name = 'x';", "select a.b from L;", "select * from L where a in ();",
    "select * from L where a in ('1',);", "select * from L where a is 1;", "select * from L where a not = 1;",
    "select * from L order a;", "select * from L order by;", "select * from L order by a desc, b;",
    "select * from L limit;", "select * from L limit -1;", "select * from L limit 1.5;", "select * from L limit a;",
    "select * from L limit 1,;", "select * from L limit 1 where a = 1;", "select * from L -- comment",
    "select count(a) from L;", "select count(*), a from L;", "select *, a from L;", "select a b from L;",
    "select * from L where a = 1 and;", "select * from L where or a = 1;", "select * from L, M;", "select * from L join M;",
    "select * from L where a = 'x' union select * from M;", "select * from L where a = sleep(5);", "select * from `L`;",
    "select * from L where a = '\x00';", "select * from L limit 99999999999999;", "select * from L" + "(" * 500,
    "select * from L where " + "(" * 50 + "a = 1" + ")" * 50, "select * from L where " + " and ".join(["a = 1"] * 500),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), GOOD)
def test_a_query_means_what_it_says(text: str, wanted: Query) -> None:
    assert parse(text) == wanted


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_query_is_a_syntax_error(text: str) -> None:
    with pytest.raises(Wrong) as wrong:
        parse(text)
    assert wrong.value.code == "QUERY_SYNTAX_ERROR"


WORDS = st.sampled_from([
    "select", "*", "from", "Contacts", "where", "a", "=", "'x'", "''", "(", ")", "and", "or", "in", ",", "not", "like", "is",
    "null", "order", "by", "desc", "limit", "5", "-1", "1.5", ";", "count", "'", "12x1", ".", "é", "\x00", "\ud800",
])  # fmt: skip


@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join)))
@example("select * from L where a = '\ud800'")
def test_the_parser_raises_nothing_but_a_syntax_error(text: str) -> None:
    try:
        found = parse(text)
    except Wrong as wrong:
        assert wrong.code == "QUERY_SYNTAX_ERROR"
    else:
        assert 0 <= found.limit <= MOST_ROWS and found.module
