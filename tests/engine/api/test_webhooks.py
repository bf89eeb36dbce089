"""Webhooks: nothing missed, nothing out of order, signed, tried again, given up, sent again, and never inwards."""

from __future__ import annotations

import json
import socket
from datetime import timedelta

import pytest
from django.db import connection

from relasi.engine.access.acting import acting
from relasi.engine.activity.notification import News
from relasi.engine.api import delivery, safe_address, telling
from relasi.engine.api.delivery import Attempt, Delivery, WebhookPlace, replay
from relasi.engine.api.safe_address import UnsafeAddress, is_public, post, resolve
from relasi.engine.api.sending import OFF_AT, send_due
from relasi.engine.api.signing import headers_of, is_genuine, secret_of
from relasi.engine.api.telling import follow
from relasi.engine.api.webhook import Webhook, allow_host, change_webhook, make_webhook, rotate
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, trash, update
from tests.company import found_company
from tests.engine.api.receiver import receiving
from tests.fakes.models import Parrot
from tests.people import signed_in

EVERYTHING = ["created", "changed", "deleted", "restored", "purged"]


@pytest.fixture
def company(db, monkeypatch):
    """Within one transaction, which the feed is made to take for one that is over. A webhook begins with it, whatever
    other transactions of the cluster have ended since."""

    def end(later):
        with connection.cursor() as cursor:
            cursor.execute("SELECT (pg_current_xact_id()::text::bigint + %s)::text", [later])
            return cursor.fetchone()[0]

    monkeypatch.setattr(delivery, "end_of_feed", lambda: end(0))
    monkeypatch.setattr(telling, "end_of_feed", lambda: end(1))
    return found_company()


@pytest.fixture
def committed(transactional_db):
    """The feed as it is, which tells what has been committed and nothing else."""
    return found_company()


@pytest.fixture
def there(company):
    with receiving() as found:
        with acting(company.admin):
            allow_host("127.0.0.1")
        yield found


def hook_of(company, url, owner=None, **values):
    values = {"name": "Gudang", "url": url, "module": "parrots", "events": EVERYTHING, **values}
    with acting(company.admin):
        return make_webhook((owner or company.sales_a).pk, values)


def born(user, name, **values):
    with acting(user):
        return create(Parrot, {"name": name, **values})


def tell(hook):
    """What happened is followed and sent; who answers badly is tried when its time has come."""
    follow(hook)
    return send_due(hook.pk)


def later(minutes):
    """Moves everything that waits so many minutes nearer."""
    for one in Delivery.objects.filter(status="waiting"):
        Delivery.objects.filter(pk=one.pk).update(due_at=one.due_at - timedelta(minutes=minutes))


def told(there):
    return [
        (body["data"]["what"], body["data"]["record"]) for body in (json.loads(raw) for _h, raw in there.got)
    ]


def test_what_happens_is_told_in_order_as_its_owner_sees_it(committed):
    with receiving() as there:
        with acting(committed.admin):
            allow_host("127.0.0.1")
        hook = hook_of(committed, there.url)
        one = born(committed.sales_a, "Satu")
        born(committed.director, "Bukan untuk Andi")
        with acting(committed.sales_a):
            update(one, {"nickname": "Kecil"})
        assert tell(hook) == 2
        with acting(committed.sales_a):
            trash(Parrot, [one.pk])
        assert tell(hook) == 1
        assert [what for what, _face in told(there)] == ["created", "changed", "deleted"]
        assert [face["name"] for _what, face in told(there)] == ["Satu"] * 3
        assert tell(hook) == 0
        assert len(there.got) == 3


def test_only_the_events_and_records_it_asks_for(company, there):
    condition = {"all": [{"field": "name", "op": "is", "value": "Dua"}]}
    hook = hook_of(company, there.url, events=["created"], condition=condition)
    born(company.sales_a, "Satu")
    two = born(company.sales_a, "Dua")
    with acting(company.sales_a):
        update(two, {"nickname": "Kecil"})
    assert tell(hook) == 1
    assert told(there)[0][1]["id"] == two.pk


def test_a_message_is_signed_and_an_old_or_foreign_one_is_refused(company, there):
    hook = hook_of(company, there.url)
    born(company.sales_a, "Satu")
    tell(hook)
    ((headers, body),) = there.got
    at = int(headers["webhook-timestamp"])
    assert is_genuine(hook.secrets[0], headers, body)
    assert not is_genuine(secret_of("another"), headers, body)
    assert not is_genuine(hook.secrets[0], headers, body + b" ")
    assert not is_genuine(hook.secrets[0], headers, body, now=at + 301)
    assert headers["webhook-id"] == Delivery.objects.get().uid


def test_the_signature_is_that_of_the_standard():
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    found = headers_of([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', now=1614265330)
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_both_secrets_hold_for_a_day(company, there):
    hook = hook_of(company, there.url)
    before = hook.secrets[0]
    with acting(company.admin):
        new = rotate(hook)
    hook.refresh_from_db()
    assert hook.secrets == [new, before]
    born(company.sales_a, "Satu")
    tell(hook)
    ((headers, body),) = there.got
    assert is_genuine(new, headers, body) and is_genuine(before, headers, body)
    hook.rotated_at -= timedelta(hours=25)
    assert hook.secrets == [new]


def test_what_is_not_taken_is_tried_again_at_its_times(company, there):
    """500 three times, then 200: tries at +0, +1, +6 and +36 minutes, all under one id."""
    hook, there.answers = hook_of(company, there.url), [500, 500, 500]
    born(company.sales_a, "Satu")
    tell(hook)
    for minutes, tries in ((1, 2), (5, 3), (30, 4)):
        later(minutes - 0.5)
        assert send_due(hook.pk) == 0
        later(0.5)
        send_due(hook.pk)
        assert len(there.got) == tries
    assert len({headers["webhook-id"] for headers, _body in there.got}) == 1
    assert len({body for _headers, body in there.got}) == 1
    one = Delivery.objects.get()
    assert (one.status, list(one.attempts.order_by("id").values_list("code", flat=True))) == (
        "done",
        [500] * 3 + [200],
    )


def test_a_record_is_never_told_out_of_its_order_and_holds_up_no_other(company, there):
    hook, there.answers = hook_of(company, there.url), [500]
    one, two = born(company.sales_a, "Satu"), born(company.sales_a, "Dua")
    with acting(company.sales_a):
        update(one, {"nickname": "Kecil"})
    tell(hook)
    assert [(face["id"], what) for what, face in told(there)] == [(one.pk, "created"), (two.pk, "created")]
    later(1)
    send_due(hook.pk)
    assert [(face["id"], what) for what, face in told(there)][2:] == [
        (one.pk, "created"),
        (one.pk, "changed"),
    ]


def test_given_up_after_six_tries_and_sent_again_by_hand(company, there):
    hook, there.answers = hook_of(company, there.url), [503] * 6
    born(company.sales_a, "Satu")
    tell(hook)
    for minutes in (1, 5, 30, 120, 720):
        later(minutes)
        send_due(hook.pk)
    one = Delivery.objects.get()
    assert (one.status, one.tries, len(there.got)) == ("dead", 6, 6)
    later(10_000)
    assert send_due(hook.pk) == 0
    replay(one)
    assert send_due(hook.pk) == 1
    assert (Delivery.objects.get().status, len({h["webhook-id"] for h, _b in there.got})) == ("done", 1)


def test_what_changes_while_it_is_being_followed_is_not_told_twice(company, there):
    hook = hook_of(company, there.url)
    born(company.sales_a, "Satu")
    place = WebhookPlace.objects.filter(webhook=hook.pk).values("xid", "row").get()
    follow(hook)
    WebhookPlace.objects.filter(webhook=hook.pk).update(**place)
    follow(hook)
    assert Delivery.objects.count() == 1


def test_off_it_waits_and_on_again_it_tells_what_was_missed(company, there):
    hook = hook_of(company, there.url)
    with acting(company.admin):
        change_webhook(hook, {"active": False})
    born(company.sales_a, "Satu")
    hook.refresh_from_db()
    with acting(company.admin):
        change_webhook(hook, {"active": True})
    assert tell(hook) == 1


def test_after_fifty_failures_it_is_switched_off_and_its_owner_told(company, there):
    hook, there.answers = hook_of(company, there.url), [500]
    WebhookPlace.objects.filter(webhook=hook.pk).update(failures=OFF_AT - 1)
    born(company.sales_a, "Satu")
    tell(hook)
    hook.refresh_from_db()
    assert not hook.active
    assert News.objects.filter(kind="webhook_off").values_list("user", flat=True).get() == company.sales_a.pk


def test_a_redirect_is_not_followed(company, there):
    hook, there.answers = hook_of(company, there.url), [302]
    born(company.sales_a, "Satu")
    tell(hook)
    assert (len(there.got), Attempt.objects.get().code) == (1, 302)


INWARDS = [
    "http://127.0.0.1/", "http://localhost/", "http://169.254.169.254/latest/", "http://[::1]/", "http://10.1.2.3/",
    "http://192.168.0.1/", "http://172.16.9.9/", "http://0177.0.0.1/", "http://2130706433/", "http://0x7f.1/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:a9fe:a9fe]/", "http://[fd00::1]/", "http://[fe80::1]/", "http://0.0.0.0/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://224.0.0.1/", "http://100.64.0.1/",
    "file:///etc/passwd", "ftp://contoh.id/", "gopher://contoh.id/", "http://user:word@contoh.id/", "http:///", "//x",
    "http://contoh.id:99999/",
]  # fmt: skip


def test_no_webhook_leads_inwards(company):
    for url in INWARDS:
        with pytest.raises(Refused) as refused:
            hook_of(company, url)
        assert set(refused.value.by_field()) == {"url"}, url
        assert post(url, b"", {}).trouble
    assert Webhook._base_manager.count() == 0


def answering(monkeypatch, *addresses):
    """The resolver gives these in turn, then the last for good. Returns what was asked."""
    asked, left = [], list(addresses)

    def getaddrinfo(host, port, *how, **more):
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(safe_address.socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_that_leads_inwards_is_refused_too(monkeypatch):
    for ip in ("127.0.0.1", "169.254.169.254", "10.0.0.8", "::1"):
        answering(monkeypatch, [ip])
        with pytest.raises(UnsafeAddress):
            resolve("https://hook.contoh.id/")
        answering(monkeypatch, ["93.184.216.34", ip])
        with pytest.raises(UnsafeAddress):
            resolve("https://hook.contoh.id/")
        assert resolve("https://hook.contoh.id/", {"hook.contoh.id"}).ip


def test_a_name_that_changes_its_mind_leads_nowhere_else(monkeypatch):
    """The address that was looked at is the one connected to, and each send looks anew."""
    connected = []

    def connect(address, timeout=None):
        connected.append(address)
        raise OSError("nobody there")

    asked = answering(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    monkeypatch.setattr(safe_address.socket, "create_connection", connect)
    assert post("http://rebind.contoh.id/", b"", {}).trouble == "nobody there"
    assert connected == [("93.184.216.34", 80)] and asked == ["rebind.contoh.id"]
    assert "rebind.contoh.id" in post("http://rebind.contoh.id/", b"", {}).trouble
    assert len(connected) == 1


def test_addresses_of_the_open_internet_are_public():
    assert all(
        is_public(ip) for ip in ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8")
    )


def test_who_may_see_no_more_is_told_no_more(company, there):
    hook = hook_of(company, there.url)
    with acting(company.admin):
        update(company.sales_a, {"status": "suspended"}, authorised="a test needs it so")
    born(company.director, "Satu")
    assert tell(hook) == 0
    assert WebhookPlace.objects.get().trouble


def test_the_pages_make_test_change_and_remove_one(company, there):
    client = signed_in(company.admin)
    home = "/settings/webhooks/"
    assert client.get(f"{home}new/").status_code == 200
    given = {
        "module": "parrots",
        "name": "Gudang",
        "url": there.url,
        "events": ["created"],
        "user": company.admin.pk,
    }
    wrong = client.post(f"{home}new/", {**given, "url": "http://10.0.0.1/"})
    assert (wrong.status_code, Webhook._base_manager.count()) == (422, 0)
    assert "Gudang" in wrong.text and "10.0.0.1" in wrong.text
    page = client.post(f"{home}new/", given)
    hook = Webhook._base_manager.get()
    assert hook.secrets[0] in page.text
    assert hook.secrets[0] not in client.get(f"{home}{hook.pk}/").text
    client.post(f"{home}{hook.pk}/do/test/")
    ((headers, body),) = there.got
    assert json.loads(body)["type"] == "parrots.test" and is_genuine(hook.secrets[0], headers, body)
    assert "thanks!" in client.get(f"{home}{hook.pk}/").text
    client.post(f"{home}{hook.pk}/edit/", {**given, "name": "Toko", "condition": "mine"})
    hook.refresh_from_db()
    assert (hook.name, hook.condition) == ("Toko", {"all": [{"field": "owner", "op": "me"}]})
    for page in (home, f"{home}{hook.pk}/", f"{home}{hook.pk}/edit/"):
        assert "Toko" in client.get(page).text
    one = Delivery.objects.get()
    client.post(f"{home}{hook.pk}/deliveries/{one.pk}/again/")
    assert Delivery.objects.get().status == "waiting"
    assert "do/rotate" in client.post(f"{home}{hook.pk}/do/rotate/").text
    client.post(f"{home}{hook.pk}/do/remove/")
    assert client.get(f"{home}{hook.pk}/").status_code == 404
    assert client.post(f"{home}hosts/", {"host": "a b/c"}).status_code == 422
    assert signed_in(company.sales_a).get(home).status_code == 404


def test_a_slow_receiver_is_cut_off(company, there, monkeypatch):
    monkeypatch.setattr(safe_address, "WHOLE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        answer = post(url, b"{}", {}, {"127.0.0.1"})
    assert answer.code == 0 and answer.trouble and answer.milliseconds < 3000
