"""Erasing a person: nothing of them is left to be found, what the company must keep stays, and there is a proof."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.attachment import Attachment, attach
from relasi.engine.activity.comment import Comment
from relasi.engine.activity.sent_mail import SentMail
from relasi.engine.declare.registry import registry
from relasi.engine.query.search import search
from relasi.engine.records.change_set import ChangeRow, ChangeSet, close_change_set
from relasi.engine.records.erasing import Erasure
from relasi.engine.records.legal_hold import LegalHold
from relasi.engine.records.merge import merge
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.recycle_bin import purge_due
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, trash, update
from relasi.modules.customers.contact import Contact
from tests.make import again, make
from tests.modules.refused import refused
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin")
REASON = "Permintaan tertulis 1 Juni"
SECRETS = ("Ratnasari", "ratna@rahasia.co.id", "+6281234567890", "Jalan Kenanga")


def ratna(**values: Any) -> Any:
    usual = {"first_name": "Dewi", "last_name": "Ratnasari", "email": "ratna@rahasia.co.id", "mobile": "081234567890",
             "mailing_address": {"street": "Jalan Kenanga 5", "city": "Bandung"}, "birthdate": "1990-01-02"}  # fmt: skip
    return make("customers.Contact", **{**usual, **values})


def everywhere() -> str:
    """All text of the whole database, but of what the search took names apart into."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('records_word', 'django_session')"
        )
        tables = [row[0] for row in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            found.append(cursor.fetchone()[0])
    return " ".join(found)


def left() -> list[str]:
    text = everywhere()
    return [secret for secret in SECRETS if secret.lower() in text.lower()]


def test_nothing_of_the_person_is_left_anywhere_in_the_database():
    one = ratna()
    update(one, {"mobile": "081234567891", "title": "Ratnasari sendiri"})
    update(again(one), {"mobile": "081234567890"})
    make("customers.Consent", contact=one, proof="Formulir Ratnasari")
    create(Comment, {"record": one.pk, "text": "<p>Ratnasari menelepon</p>"})
    assert left() == list(SECRETS)
    again(one).erase(reason=REASON, sure=True)
    assert left() == []


def test_the_record_stays_with_its_number_relations_and_documents():
    account = make("customers.Account")
    one = ratna(account=account)
    deal = make("sales.Deal", contact=one, account=account)
    quote = make("sales.Quote", subject="Atap", account=account, contact=one)
    before = (one.number, quote.grand_total, quote.number)
    erased = one.erase(reason=REASON, sure=True)
    assert (erased.number, again(quote).grand_total, again(quote).number) == before
    assert (erased.account_id, again(deal).contact_id, again(quote).contact_id) == (
        account.pk,
        one.pk,
        one.pk,
    )
    assert (str(erased), erased.email, erased.mailing_address) == ("Data dihapus", None, None)
    assert (erased.do_not_call, erased.email_opt_in, bool(erased.erased_at)) == (True, "out_contact", True)


def test_no_search_finds_them_again(company: Any):
    one = ratna()
    for words in ("Ratnasari", "ratna@rahasia.co.id", "081234567890"):
        assert [row.id for row in search(company.admin, words)] == [one.pk]
    one.erase(reason=REASON, sure=True)
    for words in ("Ratnasari", "ratna@rahasia.co.id", "081234567890"):
        assert [row.id for row in search(company.admin, words)] == []


def test_files_and_pictures_are_off_the_disk(settings: Any):
    out = BytesIO()
    Image.new("RGB", (8, 8), (1, 2, 3)).save(out, "PNG")
    one = ratna(image=out.getvalue())
    picture = one.image
    attach(one.pk, [SimpleUploadedFile("ktp-ratnasari.pdf", b"%PDF-1.4 Ratnasari")])
    place = Attachment._base_manager.get(record=one.pk)
    close_change_set()
    assert default_storage.exists(picture)
    with transaction.atomic():
        one.erase(reason=REASON, sure=True)
    assert not Attachment._base_manager.filter(pk=place.pk).exists()
    assert left() == [] and again(one).image is None


def test_mails_about_documents_keep_that_they_were_sent_and_nothing_else():
    one = ratna()
    quote = make("sales.Quote", subject="Atap", contact=one, account=make("customers.Account"))
    mine = {"recipients": "Ratna@Rahasia.co.id, b@c.id", "subject": "Untuk Ratnasari", "text": "Bu Ratnasari"}
    mail = create(SentMail, {"record": quote.pk, **mine})
    other = create(SentMail, {"record": quote.pk, "recipients": "xratna@rahasia.co.id.example", "subject": "Lain",
                              "text": "Lain"})  # fmt: skip
    one.erase(reason=REASON, sure=True)
    assert (again(mail).recipients, again(mail).text) == ("–", "–")
    assert again(other).subject == "Lain"


def test_an_undo_brings_nothing_back():
    one = ratna()
    with acting(SYSTEM) as stretch:
        update(one, {"email": "lain@rahasia.co.id", "title": "Direktur"})
    close_change_set()
    again(one).erase(reason=REASON, sure=True)
    close_change_set()
    mine = ChangeRow.objects.filter(record_id=one.pk).latest("id").change_set_id
    for id in (stretch.change_set, mine):
        with acting(SYSTEM):
            revert(ChangeSet.objects.get(pk=id))
        close_change_set()
    assert (str(again(one)), again(one).email, again(one).title) == ("Data dihapus", None, None)
    assert "rahasia" not in everywhere()


def test_the_lead_and_the_private_account_of_the_same_person_go_along():
    lead = make("customers.Lead", last_name="Ratnasari", email="ratna@rahasia.co.id", mobile="081234567890")
    lead.convert(with_account=True, with_contact=True, with_deal=False)
    lead = again(lead)
    close_change_set()
    assert lead.converted_account.kind == "person"
    again(lead.converted_contact).erase(reason=REASON, sure=True)
    assert left() == []
    assert Erasure.objects.count() == 3
    assert str(again(lead.converted_account)) == "Data dihapus"


def test_who_was_merged_into_them_is_erased_too():
    one, other = ratna(), ratna(email="ratna2@rahasia.co.id")
    merge(registry.module("customers.Contact"), one.pk, [other.pk], {})
    close_change_set()
    again(one).erase(reason=REASON, sure=True)
    assert left() == [] and again(other).email is None


def test_a_company_of_the_person_is_not_erased():
    account = make("customers.Account", name="PT Kenanga", phone="0215550000")
    ratna(account=account).erase(reason=REASON, sure=True)
    assert (again(account).name, again(account).phone) == ("PT Kenanga", "+62215550000")


def test_the_proof_says_who_when_and_what_but_not_the_values(company: Any):
    one = ratna()
    one.erase(reason=REASON, sure=True)
    proof = Erasure.objects.get()
    assert (proof.record_id, proof.number, proof.by_id, proof.reason) == (
        one.pk,
        one.number,
        company.admin.pk,
        REASON,
    )
    assert {"last_name", "email", "mobile"} <= set(proof.fields)
    with pytest.raises(Exception, match="update"), transaction.atomic():
        Erasure.objects.filter(pk=proof.pk).update(reason="")
    page = signed_in(company.admin).get("/settings/erasures/").content.decode()
    assert one.number in page and REASON in page


def test_without_a_reason_or_the_tick_nothing_happens():
    one = ratna()
    rows = ChangeRow.objects.count()
    assert refused(one.erase, reason=" ", sure=True) == [("reason", "REQUIRED")]
    assert refused(one.erase, reason=REASON) == [("sure", "REQUIRED")]
    assert (str(again(one)), ChangeRow.objects.count()) == ("Dewi Ratnasari", rows)


def test_only_an_admin_erases(company: Any):
    one = ratna(owner=company.sales_a)
    with acting(company.sales_a):
        assert refused(again(one).erase, reason=REASON, sure=True) == [("", "NO_PERMISSION")]
    client = signed_in(company.sales_a)
    assert "do/erase/" not in client.get(f"/contacts/{one.pk}/").content.decode()
    assert client.post(f"/contacts/{one.pk}/do/erase/", {"reason": "x", "sure": "on"}).status_code == 404
    assert str(again(one)) == "Dewi Ratnasari"


def test_an_admin_erases_from_the_page(company: Any):
    one = ratna()
    client = signed_in(company.admin)
    address = f"/contacts/{one.pk}/do/erase/"
    assert client.post(address, {"reason": REASON}).status_code == 422
    assert client.post(address, {"reason": REASON, "sure": "on"}).status_code == 302
    assert str(again(one)) == "Data dihapus"
    assert client.get(f"/contacts/{one.pk}/").status_code == 200
    assert client.get(address).status_code == 404


# Legal hold.
def hold(record: Any, **values: Any) -> LegalHold:
    return create(LegalHold, {"record_number": record.number.lower(), "reason": "Sengketa 12/2026", **values})


def test_a_record_under_a_legal_hold_is_neither_erased_nor_purged():
    one = ratna()
    held = hold(one)
    assert held.record_number == one.number
    assert refused(one.erase, reason=REASON, sure=True) == [("", "LOCKED")]
    assert str(again(one)) == "Dewi Ratnasari"
    trash(Contact, [one.pk])
    later = timezone.now() + timedelta(days=400)
    purge_due(later)
    assert RecordIndex.objects.filter(pk=one.pk).exists()
    update(held, {"active": False})
    purge_due(later)
    assert not RecordIndex.objects.filter(pk=one.pk).exists()


def test_the_account_of_a_person_under_hold_holds_the_whole_act():
    lead = make("customers.Lead", last_name="Ratnasari", email="ratna@rahasia.co.id")
    lead.convert(with_account=True, with_contact=True, with_deal=False)
    lead = again(lead)
    hold(lead.converted_account)
    assert refused(again(lead.converted_contact).erase, reason=REASON, sure=True) == [("", "LOCKED")]
    assert str(again(lead.converted_contact)) == "Ratnasari" and Erasure.objects.count() == 0


def test_a_hold_names_a_record_that_is_there():
    assert refused(create, LegalHold, {"record_number": "CON-99999", "reason": "x"}) == [
        ("record_number", "BAD_REFERENCE")
    ]


def test_only_an_admin_sees_holds_and_proofs(company: Any):
    hold(ratna())
    assert signed_in(company.admin).get("/legal-holds/").status_code == 200
    for address in ("/legal-holds/", "/settings/erasures/"):
        assert signed_in(company.manager).get(address).status_code == 404


def test_what_hangs_on_a_record_under_a_legal_hold_is_not_purged_alone():
    account = make("customers.Account")
    said = [create(Comment, {"record": one.pk, "text": "<p>Bukti</p>"}) for one in (account, ratna())]
    hold(account)
    trash(Comment, [one.pk for one in said])
    purge_due(timezone.now() + timedelta(days=400))
    assert [Comment._base_manager.filter(pk=one.pk).exists() for one in said] == [True, False]


def test_mails_about_a_record_under_a_legal_hold_keep_their_words():
    one = ratna()
    quote = make("sales.Quote", subject="Atap", contact=one, account=make("customers.Account"))
    mine = {"recipients": "ratna@rahasia.co.id", "subject": "Penawaran", "text": "Bu Ratnasari"}
    mail = create(SentMail, {"record": quote.pk, **mine})
    held = hold(quote)
    assert refused(again(one).erase, reason=REASON, sure=True) == [("", "LOCKED")]
    assert (again(mail).text, str(again(one))) == ("Bu Ratnasari", "Dewi Ratnasari")
    update(held, {"active": False})
    again(one).erase(reason=REASON, sure=True)
    assert again(mail).text == "–"


def test_history_of_a_document_names_nobody_who_read_it_by_a_link():
    one = ratna()
    quote = make("sales.Quote", subject="Atap", contact=one, account=make("customers.Account"))
    other = make("sales.Quote", subject="Atap", account=make("customers.Account"))
    for document in (quote, other):
        close_change_set()
        with acting(SYSTEM, via="public", reason="Dewi Ratnasari"):
            update(again(document), {"notes": "dibaca"})
    close_change_set()
    again(one).erase(reason=REASON, sure=True)
    rows = ChangeSet.objects.filter(via="public").order_by("pk").values_list("reason", flat=True)
    assert list(rows) == ["–", "Dewi Ratnasari"]
