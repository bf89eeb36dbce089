"""Reconciliation: a statement is read once however often it comes, and what the page proposes is what is booked."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from relasi.engine.access.acting import acting
from relasi.engine.records.write import create
from relasi.features.reconciliation.reading import read_file
from relasi.kits.pipeline.days import today
from relasi.modules.billing.bank_movement import BankMovement
from relasi.modules.billing.payment import Payment
from tests.make import again, make
from tests.modules.trading import is_sound, issued, paid, thing
from tests.people import make_profile, make_role, make_user, signed_in

STATEMENT = """Informasi Rekening - Mutasi Rekening
No. rekening : 0123456789
Periode;01/11/2026 - 30/11/2026
Tanggal;Keterangan;Jumlah;;Saldo
05/11;TRSF E-BANKING {number};1,110,000.00;CR;9,110,000.00
06/11;BIAYA ADM;15,000.00;DB;9,095,000.00
07/11;SETORAN;50,000.00;CR;9,145,000.00
07/11;SETORAN;50,000.00;CR;9,195,000.00
Saldo Akhir;;9,195,000.00;;
"""


def rows() -> list[tuple[str, int]]:
    return [(str(one.description), int(one.amount)) for one in BankMovement._base_manager.order_by("pk")]


def sent(client: Any, content: str | bytes, name: str = "mutasi.csv", **more: Any) -> Any:
    body = content.encode() if isinstance(content, str) else content
    return client.post("/reconciliation/file/", {"file": SimpleUploadedFile(name, body), **more})


def test_a_statement_read_twice_is_here_once(as_admin: Any) -> None:
    content = STATEMENT.format(number="INV/2026/00001").encode()
    first = read_file("mutasi.csv", content, None)
    assert (first.new, first.known, first.outgoing, first.faults) == (3, 0, 1, [])
    assert rows() == [("TRSF E-BANKING INV/2026/00001", 1_110_000), ("SETORAN", 50_000), ("SETORAN", 50_000)]
    again_read = read_file("lain.csv", content, None)
    assert (again_read.new, again_read.known) == (0, 3)
    assert len(rows()) == 3


def test_a_longer_statement_brings_only_what_is_new(as_admin: Any) -> None:
    text = STATEMENT.format(number="X")
    read_file("a.csv", text.encode(), None)
    longer = text.replace("Saldo Akhir", "07/11;SETORAN;50,000.00;CR;9,245,000.00\nSaldo Akhir")
    assert (read_file("b.csv", longer.encode(), None).new, len(rows())) == (1, 4)


def test_the_same_rows_of_another_account_are_others(as_admin: Any) -> None:
    content = STATEMENT.format(number="X").encode()
    for _n in range(2):
        read_file("a.csv", content, make("billing.BankAccount").pk)
    assert len(rows()) == 6


def test_from_the_file_to_a_paid_invoice(company: Any) -> None:
    with acting(company.admin):
        invoice = issued(thing(1_110_000))
    client = signed_in(company.admin)
    answer = sent(client, STATEMENT.format(number=invoice.number))
    assert (answer.status_code, answer["Location"]) == (302, "/reconciliation/")
    page = client.get("/reconciliation/").content.decode()
    assert invoice.number in page
    assert client.post("/reconciliation/certain/").status_code == 302
    assert again(invoice).status == "paid"
    payment = Payment._base_manager.get()
    assert (payment.amount, str(payment.date), payment.method) == (1_110_000, "2026-11-05", "transfer")
    with acting(company.admin):
        is_sound()


def test_everything_that_was_matched_at_once_is_undone_from_the_toast(company: Any) -> None:
    with acting(company.admin):
        bills = [issued(thing(amount)) for amount in (1_110_000, 700_000)]
        for bill in bills:
            create(BankMovement, {"date": today(), "amount": bill.balance, "description": bill.number})
    client = signed_in(company.admin)
    page = client.post("/reconciliation/certain/", follow=True).content.decode()
    assert [again(bill).status for bill in bills] == ["paid", "paid"]
    (undo,) = re.findall(r"/changes/\d+/undo/", page)
    assert client.post(undo).status_code in (200, 302)
    assert [again(bill).status for bill in bills] == ["issued", "issued"]
    assert set(BankMovement._base_manager.values_list("status", flat=True)) == {"open"}
    assert not Payment._base_manager.filter(trashed_at=None).exists()
    with acting(company.admin):
        is_sound()


def test_a_proposed_match_is_taken_with_one_press(company: Any) -> None:
    with acting(company.admin):
        payment = paid(make("customers.Account"), 70_000, date=str(today()))
        movement = create(BankMovement, {"date": today(), "amount": 70_000})
    client = signed_in(company.admin)
    given = {"kind": "payment", "target": payment.pk}
    assert client.post(f"/reconciliation/{movement.pk}/", given).status_code == 302
    assert again(movement).payment_id == payment.pk
    client.post(f"/reconciliation/{movement.pk}/", given)
    assert Payment._base_manager.count() == 1


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("", "a.csv"), ("a;b\n1;2\n", "a.csv"), ("%PDF-1.4 x", "a.pdf"), ("Tanggal;Jumlah\n1/1/2026;1\n", "a.exe"),
        (b"\x00\x01" * 99, "a.csv"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_statement_is_refused_with_a_sentence(
    company: Any, content: Any, name: str
) -> None:
    answer = sent(signed_in(company.admin), content, name)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert rows() == []


def test_rows_that_cannot_be_read_are_told_and_the_others_kept(company: Any) -> None:
    answer = sent(signed_in(company.admin), "Tanggal;Keterangan;Jumlah\n99/99/2026;A;10\n01/11/2026;B;20\n")
    assert answer.status_code == 200
    assert "99/99/2026" in answer.content.decode()
    assert rows() == [("B", 20)]


def test_who_may_not_create_movements_reads_no_file(company: Any) -> None:
    profile = make_profile(modules={"billing.bankmovement": ["view"], "billing.invoice": ["view"]})
    person = make_user("pembaca", make_role("Pembaca", profiles=[profile]))
    client = signed_in(person)
    assert client.get("/reconciliation/").status_code == 200
    assert sent(client, STATEMENT.format(number="X")).status_code == 404
    stranger = signed_in(make_user("asing", make_role("Asing", profiles=[make_profile(modules={})])))
    assert stranger.get("/reconciliation/").status_code == 404
    assert rows() == []


def test_a_movement_of_others_is_not_there(company: Any) -> None:
    with acting(company.admin):
        payment = paid(make("customers.Account"), 70_000, date=str(today()))
        movement = create(BankMovement, {"date": today(), "amount": 70_000})
    given = {"kind": "payment", "target": payment.pk}
    assert signed_in(company.sales_a).post(f"/reconciliation/{movement.pk}/", given).status_code == 404
    assert again(movement).status == "open"
