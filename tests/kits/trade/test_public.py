"""The public page: the holder of a link reads, accepts or declines; everybody else finds nothing."""

import base64
import io
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from PIL import Image

from relasi.engine.access.acting import acting, current_acting
from relasi.engine.activity.comment import Comment
from relasi.engine.activity.news import News
from relasi.engine.activity.public_link import A_MINUTE, PublicLink, PublicVisit, end_link, make_link
from relasi.engine.activity.sent_mail import SentMail
from relasi.engine.activity.timeline import timeline
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from relasi.kits.pipeline.days import today
from relasi.kits.trade.public.mailing import first_words, send
from relasi.modules.billing.invoice import Invoice
from relasi.modules.sales.expiry import expire_quotes
from relasi.modules.sales.quote import Quote
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.trading import document, is_sound, issued, line_of, paid, thing
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin")
YES = {"name": "Ratna Kusumawardani", "agree": "1"}


def sent(*lines: dict[str, Any], **values: Any) -> Quote:
    return document(Quote, *lines, **values).send()


def linked(record: Any) -> PublicLink:
    return make_link(record.pk)


def stands(record: Any) -> list[Any]:
    """All that an answer could change."""
    link = PublicLink._base_manager.order_by("pk").values_list("answer", "record_id")
    return [list(Quote._base_manager.order_by("pk").values()), list(link), ChangeSet.objects.count()]


def test_a_customer_reads_the_quote_and_nothing_internal() -> None:
    quote = sent(thing(150_000, 2), notes="Rahasia dapur", terms="Tunai 30 hari")
    page = Client().get(linked(quote).path)
    text = page.content.decode()
    assert page.status_code == 200
    assert "300.000" in text
    assert "Tunai 30 hari" in text
    assert "Rahasia dapur" not in text
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert again(quote).status == "reviewed"


def test_the_pdf_behind_the_link_is_that_of_the_document_alone() -> None:
    link = linked(sent())
    answer = Client().get(f"{link.path}pdf/")
    assert answer.content[:5] == b"%PDF-"
    assert Client().get(f"/quotes/{link.record_id}/").status_code in (302, 404)


def test_acceptance_keeps_name_time_and_address_and_history_names_the_customer() -> None:
    quote = sent()
    link = linked(quote)
    answer = Client().post(f"{link.path}accept/", YES, REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == 302
    quote, link = again(quote), again(link)
    assert (quote.status, quote.accepted_by) == ("accepted", "Ratna Kusumawardani")
    assert quote.decided_at is not None
    assert (link.answer, link.answered_by, link.answered_from) == (
        "accepted",
        quote.accepted_by,
        "203.0.113.7",
    )
    done = ChangeSet.objects.latest("id")
    assert (done.user, done.via, done.who) == (None, "public", "Ratna Kusumawardani")
    told = News.objects.filter(kind="public", record=quote.pk).values_list("facts", flat=True)
    assert {"what": "accepted", "name": "Ratna Kusumawardani"} in list(told)


def drawing(*, broken: bool = False) -> str:
    out = io.BytesIO()
    Image.new("RGB", (72, 28), "white").save(out, "PNG")
    content = out.getvalue()[:40] if broken else out.getvalue()
    return "data:image/png;base64," + base64.b64encode(content).decode()


def test_who_accepts_may_sign_and_the_signature_stays_with_the_quote() -> None:
    quote = sent()
    link = linked(quote)
    assert "data-signature" in Client().get(link.path).content.decode()
    assert Client().post(f"{link.path}accept/", {**YES, "signature": drawing()}).status_code == 302
    quote = again(quote)
    assert quote.status == "accepted" and quote.signature.startswith("pictures/")
    with suppress(Refused):
        update(quote, {"signature": ""})
    assert again(quote).signature == quote.signature


@pytest.mark.parametrize("wrong", [drawing(broken=True), "data:image/svg+xml;base64,PHN2Zz4=", "x" * 600_000])
def test_a_signature_nobody_can_read_is_refused_and_nothing_changes(wrong: str) -> None:
    quote = sent()
    link = linked(quote)
    before = stands(quote)
    answer = Client().post(f"{link.path}accept/", {**YES, "signature": wrong})
    assert answer.status_code == 422 and "Ratna Kusumawardani" in answer.content.decode()
    assert stands(quote) == before


@pytest.mark.parametrize("given", [{"agree": "1"}, {"name": "Ratna"}, {"name": "  ", "agree": "1"}])
def test_an_answer_without_name_or_consent_is_refused_and_nothing_changes(given: dict[str, str]) -> None:
    quote = sent()
    link = linked(quote)
    before = stands(quote)
    answer = Client().post(f"{link.path}accept/", given)
    assert answer.status_code == 422
    assert stands(quote) == before


def test_a_decline_needs_a_reason_and_keeps_it() -> None:
    quote = sent()
    link = linked(quote)
    assert Client().post(f"{link.path}decline/", {"name": "Ratna"}).status_code == 422
    assert again(quote).status == "sent"
    Client().post(f"{link.path}decline/", {"name": "Ratna", "reason": "Terlalu mahal"})
    assert (again(quote).status, again(quote).rejection_reason) == ("rejected", "Terlalu mahal")


def test_a_question_becomes_a_comment_and_the_owner_hears_of_it(company: Any) -> None:
    with acting(company.sales_a):
        quote = sent()
    link = linked(quote)
    answer = Client().post(
        f"{link.path}ask/", {"name": "Ratna", "question": "Garansinya berapa lama, @admin?"}
    )
    assert answer.status_code == 302 and "asked=1" in answer["Location"]
    [comment] = Comment._base_manager.filter(record=quote.pk)
    assert (comment.text, comment.mentions) == ("Ratna: Garansinya berapa lama, @admin?", None)
    assert again(quote).status in ("sent", "reviewed")
    told = News.objects.filter(kind="public", record=quote.pk).values_list("facts", flat=True)
    assert {"what": "asked", "name": "Ratna"} in list(told)
    page = Client().get(f"{link.path}?asked=1").content.decode()
    assert "Terima kasih atas pertanyaan Anda" in page and "Garansinya" not in page


@pytest.mark.parametrize(
    "given", [{"question": "Berapa?"}, {"name": "Ratna"}, {"name": "Ratna", "question": "x" * 2001}]
)
def test_a_question_without_name_or_words_is_refused_and_keeps_what_was_typed(given: dict[str, str]) -> None:
    quote = sent()
    answer = Client().post(f"{linked(quote).path}ask/", given)
    assert answer.status_code == 422
    assert all(value in answer.content.decode() for value in given.values())
    assert not Comment._base_manager.exists()


def test_an_invoice_can_be_asked_about_and_a_replaced_quote_cannot() -> None:
    invoice, quote = issued(thing(1000)), sent()
    given = {"name": "Ratna", "question": "Rekening mana?"}
    assert Client().post(f"{linked(invoice).path}ask/", given).status_code == 302
    link = linked(quote)
    quote.revise()
    assert Client().post(f"{link.path}ask/", given).status_code == 422
    assert Comment._base_manager.count() == 1


def test_a_second_acceptance_is_refused() -> None:
    quote = sent()
    link = linked(quote)
    Client().post(f"{link.path}accept/", YES)
    before = stands(quote)
    answer = Client().post(f"{link.path}accept/", {"name": "Orang Lain", "agree": "1"})
    assert answer.status_code == 422
    assert "sudah dijawab" in answer.content.decode()
    assert stands(quote) == before


def test_an_expired_quote_is_shown_and_cannot_be_accepted() -> None:
    quote = sent(date=str(today() - timedelta(days=9)), valid_until=str(today()))
    link = linked(quote)
    expire_quotes(today() + timedelta(days=1))
    assert again(quote).status == "expired"
    before = stands(quote)
    answer = Client().post(f"{link.path}accept/", YES)
    assert answer.status_code == 422
    assert "masa berlaku" in answer.content.decode()
    assert stands(quote) == before


def test_the_link_of_a_replaced_revision_says_so_and_shows_no_figures() -> None:
    quote = sent(thing(123_456))
    link = linked(quote)
    revised = quote.revise()
    text = Client().get(link.path).content.decode()
    assert "sudah diganti" in text
    assert "123.456" not in text
    before = stands(quote)
    assert Client().post(f"{link.path}accept/", YES).status_code == 422
    assert Client().get(f"{link.path}pdf/").status_code == 404
    assert stands(quote) == before
    assert revised.number.endswith("-R2")


def test_a_link_revoked_ended_or_never_made_leads_nowhere() -> None:
    quote = sent()
    revoked, ended = linked(quote), make_link(quote.pk, until=timezone.now() - timedelta(seconds=1))
    end_link(revoked)
    before = stands(quote)
    for path in (revoked.path, ended.path, "/p/nobody-has-this/"):
        assert Client().get(path).status_code == 404
        assert Client().get(f"{path}pdf/").status_code == 404
        assert Client().post(f"{path}accept/", YES).status_code == 404
    assert stands(quote) == before


def test_a_draft_is_nobodys_to_read_outside() -> None:
    assert Client().get(linked(document(Invoice, thing(1000))).path).status_code == 404


def test_the_database_holds_no_token_that_opens_anything() -> None:
    link = linked(sent())
    row = PublicLink._base_manager.filter(pk=link.pk).values().get()
    assert link.token not in [str(value) for value in row.values()]
    assert len(link.token) == 64


def test_too_many_requests_from_one_address_are_turned_away() -> None:
    PublicVisit.objects.bulk_create(PublicVisit(ip="203.0.113.9") for _ in range(A_MINUTE))
    link = linked(sent())
    assert Client().get(link.path, REMOTE_ADDR="203.0.113.9").status_code == 429
    assert Client().get(link.path, REMOTE_ADDR="203.0.113.10").status_code == 200


def test_chosen_optional_lines_become_the_next_revision_which_is_accepted() -> None:
    quote = sent(thing(100_000), thing(40_000, optional=True), thing(7_000, optional=True))
    link = linked(quote)
    assert again(quote).grand_total == Decimal(100_000)
    wanted = line_of(quote, 1)
    Client().post(f"{link.path}accept/", {**YES, "line": [str(wanted.pk)]})
    old, new = again(quote), Quote._base_manager.get(replaces=quote.pk)
    assert (old.status, old.grand_total) == ("superseded", 100_000)
    assert (new.status, new.grand_total, new.accepted_by) == ("accepted", 140_000, YES["name"])
    assert again(link).record_id == new.pk
    assert Client().get(link.path).status_code == 200
    is_sound()


def test_an_invoice_shows_what_is_paid_and_where_to_pay() -> None:
    make("billing.BankAccount", bank="BCA", number="521 030 4455", holder="PT Surya Cakra")
    invoice = issued(thing(1_000_000))
    paid(invoice.account, 400_000).spread()
    text = Client().get(linked(invoice).path).content.decode()
    assert "521 030 4455" in text
    assert "600.000" in text
    assert "accept/" not in text
    assert Client().post(f"{linked(invoice).path}accept/", YES).status_code == 422


def test_our_own_look_is_not_taken_for_the_customers() -> None:
    quote = sent()
    link = linked(quote)
    signed_in(current_acting().user).get(link.path)
    assert again(quote).status == "sent"
    Client().get(link.path)
    Client().get(link.path)
    assert PublicVisit.objects.filter(link=link, noted=True).count() == 1
    moments = timeline(again(quote), current_acting().user).moments
    assert [one.source for one in moments].count("visit") == 1


def test_links_are_made_and_ended_on_the_page_of_the_document(company: Any) -> None:
    quote = sent()
    client = signed_in(current_acting().user)
    assert client.post(f"/quotes/{quote.pk}/links/", {"do": "make"}).status_code == 302
    link = PublicLink._base_manager.get(record=quote.pk, trashed_at=None)
    assert link.path in client.get(f"/quotes/{quote.pk}/").content.decode()
    assert signed_in(company.sales_a).post(f"/quotes/{quote.pk}/links/", {"do": "make"}).status_code == 404
    client.post(f"/quotes/{quote.pk}/links/", {"do": "end", "link": link.pk})
    assert Client().get(link.path).status_code == 404


@pytest.fixture
def mail_room(settings: Any) -> Any:
    settings.EMAIL_HOST, settings.PUBLIC_URL = "mail.example", "https://crm.example"
    return settings


@pytest.mark.usefixtures("mail_room")
def test_a_quote_goes_out_by_mail_with_its_pdf_and_link_and_is_sent_then() -> None:
    contact = make("customers.Contact", email="ratna@example.com", language="en")
    quote = document(Quote, thing(1000), contact=contact)
    letter = first_words(quote, current_acting().user)
    assert letter.to == "ratna@example.com"
    assert letter.text.startswith("Dear ")
    send(quote, letter, current_acting().user)
    assert again(quote).status == "sent"
    [out] = mail.outbox
    assert out.attachments[0][1][:5] == b"%PDF-"
    path = out.body.split("https://crm.example")[1].split()[0]
    assert Client().get(path).status_code == 200
    assert SentMail._base_manager.get(record=quote.pk).recipients == "ratna@example.com"
    assert "mail" in [one.source for one in timeline(again(quote), current_acting().user).moments]


@pytest.mark.usefixtures("mail_room")
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("to", "", "REQUIRED"), ("to", "bukan alamat", "INVALID_VALUE"), ("copies", "x@", "INVALID_VALUE"),
     ("subject", "", "REQUIRED"), ("text", "", "REQUIRED")],
)  # fmt: skip
def test_a_letter_that_cannot_go_out_changes_nothing(field: str, value: str, code: str) -> None:
    quote = document(Quote, thing(1000), contact=make("customers.Contact", email="ratna@example.com"))
    letter = first_words(quote, current_acting().user)
    setattr(letter, field, value)
    with refusing(code, field):
        send(quote, letter, current_acting().user)
    assert again(quote).status == "draft"
    assert not mail.outbox
    assert not SentMail._base_manager.exists()


def test_without_a_mail_server_it_says_so_and_the_quote_stays_a_draft() -> None:
    quote = document(Quote, thing(1000))
    client = signed_in(current_acting().user)
    answer = client.post(f"/quotes/{quote.pk}/mail/", {"to": "a@example.com", "subject": "x", "text": "y"})
    assert answer.status_code == 422
    assert "RELASI_MAIL" in answer.content.decode()
    assert "a@example.com" in answer.content.decode()
    assert again(quote).status == "draft"


@pytest.mark.usefixtures("mail_room")
def test_a_mail_server_that_refuses_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    quote = document(Quote, thing(1000))
    letter = first_words(quote, current_acting().user)
    letter.to = "a@example.com"

    def refuse(*_args: Any, **_how: Any) -> None:
        raise OSError("no route")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    with acting(current_acting().user), refusing("INVALID_TRANSITION"):
        send(quote, letter, current_acting().user)
    assert again(quote).status == "draft"
    assert not PublicLink._base_manager.exists()


def test_a_quote_that_was_changed_back_to_draft_is_not_sent_by_hand() -> None:
    invoice = document(Invoice, thing(1000))
    with refusing("INVALID_TRANSITION"):
        send(invoice, first_words(invoice, current_acting().user), current_acting().user)
    with refusing("INVALID_TRANSITION", "status"):
        update(sent(), {"status": "draft"})
