"""Whatever programs ask and send, the answer is a code they know: no question breaks, and no refusal changes anything."""

from __future__ import annotations

from typing import Any

import pytest

from relasi.engine.records.change_set import ChangeSet
from tests.features.compat.client import Failed, Service
from tests.make import make

VALUES = ("", "x", "1", "-1.5", "2030-01-01", "2030-01-01 10:00:00", "12x1", "19x1", "21x1", "%", "_%a", "'' OR 1=1", "9" * 40,
          "\\", "(", "0000-00-00", "é")  # fmt: skip
OPS = ("=", "!=", "<", ">", "<=", ">=", "LIKE", "NOT LIKE")
ODD: tuple[Any, ...] = ("x" * 400, "\x00", "\ud800", "12x1", "0812", -1, 1e400, True, [], {"a": 1}, ["x", 2], "<script>",
                        "9" * 60, "2030-13-45", "%", None)  # fmt: skip


@pytest.fixture
def program(company: Any, settings: Any) -> Service:
    settings.API_PER_MINUTE = 10**6
    return Service(company.admin, style="json").signed_in()


def modules(program: Service) -> dict[str, list[dict[str, Any]]]:
    return {name: program.describe(name)["fields"] for name in program.listtypes()["types"]}


def test_every_field_of_every_module_is_asked_in_every_way(program: Service) -> None:
    make("sales.Deal")
    make("agenda.Event")
    make("agenda.Task")
    for module, fields in modules(program).items():
        within = "parent_id = '4x1' AND " if module == "LineItem" else ""
        for one in fields:
            name = one["name"]
            conditions = [
                f"{name} {op} '{VALUES[(n + 3 * m) % len(VALUES)]}'"
                for n, op in enumerate(OPS)
                for m in range(4)
            ]
            conditions += [f"{name} IN ('', 'x', '1')", f"{name} NOT IN ('x')", f"{name} IS NULL"]
            _ask(
                program,
                f"SELECT {name} FROM {module} WHERE {within}({' OR '.join(conditions)}) ORDER BY {name} DESC;",
            )


def _ask(program: Service, query: str) -> None:
    try:
        program.query(query)
    except Failed as wrong:
        assert wrong.code == "ACCESS_DENIED" and "LineItem" in query, (
            wrong,
            query,
        )  # a document that is not there


def test_odd_values_are_taken_or_refused_and_a_refusal_changes_nothing(program: Service) -> None:
    account = make("customers.Account")
    deal = make("sales.Deal", account=account)
    for module, id in (("Accounts", f"11x{account.pk}"), ("Potentials", f"13x{deal.pk}")):
        for place, one in enumerate(program.describe(module)["fields"]):
            for value in ODD[place % 3 :: 3]:
                before = ChangeSet.objects.count()
                try:
                    program.post("revise", element={"id": id, one["name"]: value})
                except Failed as wrong:
                    assert wrong.code != "INTERNAL_SERVER_ERROR", (one["name"], value, wrong)
                    assert ChangeSet.objects.count() == before, (one["name"], value)


@pytest.mark.parametrize("operation", [
    "describe", "create", "retrieve", "update", "revise", "delete", "query", "sync", "relatedtypes", "retrieve_related",
    "query_related", "add_related", "delete_related", "convertlead", "files_retrieve", "retrieve_inventory", "tags_add",
    "tags_retrieve", "tags_delete", "lookup", "get_account_hierarchy", "reopen", "changepassword", "deleteuser",
])  # fmt: skip
def test_an_operation_with_odd_parameters_breaks_nothing(program: Service, operation: str) -> None:
    names = ("id element elementType query sourceRecordId relatedRecordId relatedLabel relatedType modifiedTime syncType tags"
             " type value searchIn newOwnerId oldPassword newPassword").split()  # fmt: skip
    for value in (
        *ODD,
        '{"id": []}',
        '{"entities": [1]}',
        "[[[",
        "Contacts",
        "SELECT * FROM Contacts;",
        "19x1",
    ):
        try:
            program.post(operation, **{name: value for name in names if value is not None})
        except Failed as wrong:
            assert wrong.code != "INTERNAL_SERVER_ERROR", (operation, value, wrong)
