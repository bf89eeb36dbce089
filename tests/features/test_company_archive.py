"""The archive of a company: everything in one file, and nothing in it that opens a door or runs."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import tracemalloc
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity import comment
from relasi.engine.activity.attachment import attach
from relasi.engine.activity.public_link import make_link
from relasi.engine.activity.tag import Tag
from relasi.engine.activity.tagging import put
from relasi.engine.api.token import make_token
from relasi.engine.api.webhook import make_webhook
from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import reading_as
from relasi.engine.query.calendar_feed import make_feed
from relasi.engine.records.change_set import ChangeRow, close_change_set
from relasi.engine.records.write import Draft, create, trash, update, write
from relasi.engine.transfer.import_ import ImportJob
from relasi.engine.transfer.plan import columns_as_json
from relasi.engine.transfer.proposing import propose
from relasi.engine.transfer.run import run
from relasi.features.company_archive.jobs import run_archive
from relasi.features.company_archive.kept import archived_modules
from relasi.features.company_archive.making import make_archive, reader_for
from relasi.features.company_archive.models import ArchiveJob
from relasi.features.compat.access_key import make_key
from relasi.features.compat.switch import turn
from relasi.modules.billing.payment_gateway import set_gateway
from relasi.users.user import NO_PASSWORD
from tests.make import make
from tests.people import PASSWORD, signed_in

HOSTILE = "</script><script>alert(1)</script>\u2028<img src=x onerror=alert(2)>"


def archive_of(company: Any, tmp_path: Path, language: str = "id") -> zipfile.ZipFile:
    close_change_set()
    place = tmp_path / "archive.zip"
    make_archive(str(place), company.admin, language)
    return zipfile.ZipFile(place)


def rows_in(zip: zipfile.ZipFile, slug: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in zip.read(f"jsonl/{slug}.jsonl").decode().splitlines()]


def pieces_of(zip: zipfile.ZipFile, slug: str, kind: str) -> list[Any]:
    """What all pieces of one kind hold, in their order."""
    names = sorted(
        (name for name in zip.namelist() if re.fullmatch(rf"page/data/{slug}/{kind}\d+\.js", name)),
        key=lambda name: int(re.findall(r"\d+", name)[-1]),
    )
    return [one for name in names for one in piece(zip, name)]


def piece(zip: zipfile.ZipFile, name: str) -> Any:
    text = zip.read(name).decode()
    return json.loads(re.fullmatch(r'relasi\("[^"]+",(.*)\);\n', text, re.DOTALL)[1])


def test_every_module_stands_in_it_with_its_rows_history_and_a_page(company, tmp_path):
    account = make("customers.Account", name="PT Melati")
    contact = make("customers.Contact", last_name="Sari", account=account)
    with acting(company.admin):
        update(contact, {"title": "Direktur"})
    zip = archive_of(company, tmp_path)
    names = set(zip.namelist())
    for module in archived_modules():
        assert {f"csv/{module.slug}.csv", f"jsonl/{module.slug}.jsonl"} <= names, module.slug
    assert {"index.html", "page/reader.js", "page/reader.css", "page/catalog.js", "archive.json"} <= names
    (found,) = rows_in(zip, "contacts")
    assert (found["id"], found["account"], found["title"]) == (contact.pk, account.pk, "Direktur")
    changes = [json.loads(line) for line in zip.read("history/contacts.jsonl").decode().splitlines()]
    assert [one["what"] for one in changes] == ["created", "changed"]
    assert changes[1]["after"] == {"title": "Direktur"} and changes[1]["who"] == company.admin.full_name
    about = json.loads(zip.read("archive.json"))
    assert about["modules"]["contacts"] == 1 and about["made_by"] == company.admin.full_name


def test_every_record_leads_to_those_around_it_and_back(company, tmp_path):
    account = make("customers.Account", name="PT Melati")
    contacts = [make("customers.Contact", last_name=f"Sari {n}", account=account) for n in range(3)]
    deal = make("sales.Deal", account=account)
    zip = archive_of(company, tmp_path)
    catalog = piece(zip, "page/catalog.js")
    slugs = [one["k"] for one in catalog["modules"]]
    accounts = catalog["modules"][slugs.index("accounts")]
    (page,) = pieces_of(zip, "accounts", "d")
    related = {slugs[accounts["r"][place][0]]: ids for place, ids in page["r"]}
    assert related["contacts"] == [one.pk for one in contacts] and related["deals"] == [deal.pk]
    (first, *_rest) = pieces_of(zip, "contacts", "d")
    assert [slugs.index("accounts"), account.pk] in [fact[2:] for fact in first["f"] if len(fact) == 4]
    known = {one["k"]: {row[0] for row in pieces_of(zip, one["k"], "i")} for one in catalog["modules"]}
    for module in catalog["modules"]:
        assert module["n"] == len(known[module["k"]])
        for record in pieces_of(zip, module["k"], "d"):
            for place, ids in record.get("r", ()):
                assert set(ids) <= known[slugs[module["r"][place][0]]]


def test_pieces_are_found_by_the_first_id_of_each(company, tmp_path, monkeypatch):
    monkeypatch.setattr("relasi.features.company_archive.page_data.TOGETHER", 4)
    monkeypatch.setattr("relasi.features.company_archive.page_data.INDEXED", 7)
    monkeypatch.setattr("relasi.features.company_archive.reading.CHUNK", 5)
    for n in range(19):
        make("customers.Contact", last_name=f"Sari {n}")
    zip = archive_of(company, tmp_path)
    (module,) = [one for one in piece(zip, "page/catalog.js")["modules"] if one["k"] == "contacts"]
    ids = [one["i"] for one in pieces_of(zip, "contacts", "d")]
    assert len(ids) == 19 == module["n"] and ids == sorted(ids)
    assert module["d"] == ids[::4] and module["i"] == ids[::7]
    assert [one[0] for one in pieces_of(zip, "contacts", "h")] == ids


def test_its_tables_change_nothing_when_they_are_imported_again(company, tmp_path):
    account = make("customers.Account", name="PT Melati")
    make("customers.Contact", last_name="Sari", account=account, email="sari@melati.id", title="=1+1")
    make("customers.Contact", first_name="Ratna", last_name="Dewi", mobile="0812 3456 7890")
    zip = archive_of(company, tmp_path)
    for slug in ("accounts", "contacts"):
        before = ChangeRow.objects.count()
        job = taken(company.admin, slug, zip.read(f"csv/{slug}.csv"))
        assert job.counts.get("created", 0) == job.counts.get("failed", 0) == 0
        assert job.counts["updated"] == job.counts["unchanged"] > 0
        assert ChangeRow.objects.count() == before


def taken(user: Any, slug: str, content: bytes) -> ImportJob:
    module, reader = registry.by_slug(slug), reader_for(user, "id")
    job = ImportJob(user=user, module=module.key, slug=slug, name=f"{slug}.csv", decimal=reader.decimal,
                    language="id", duplicates="update", matches=["number"])  # fmt: skip
    job.keep(ContentFile(content))
    with acting(user), reading_as(reader):
        columns = propose(job.open(), module, user, reader)
    assert not [column.heading for column in columns if column.to == "+"]
    job.columns = columns_as_json(columns)
    ImportJob.objects.bulk_create([job])
    run(job)
    close_change_set()
    job.refresh_from_db()
    return job


def test_a_document_stands_in_it_with_its_lines(company, tmp_path):
    account = make("customers.Account", name="PT Melati")
    product = make("catalog.Product", name="Panel surya", price=1000)
    with acting(company.admin):
        lines = [{"product": product.pk, "name": "Panel surya", "quantity": 3, "price": 1000}]
        quote = write(
            registry.module("sales.Quote"),
            [Draft({"subject": "Atap", "account": account.pk}, lines=lines)],
        ).records[0]
    zip = archive_of(company, tmp_path)
    (line,) = rows_in(zip, "quote-lines")
    assert line["quote"] == quote.pk
    (page,) = pieces_of(zip, "quotes", "d")
    assert "Panel surya" in page["l"][0]
    table = list(csv.reader(io.StringIO(zip.read("csv/quotes.csv").decode("utf-8-sig")), delimiter=";"))
    assert "lines.quantity" in table[0] and "3" in table[1]


def secrets_of(company: Any) -> dict[str, str]:
    """Everything that opens a door: as it was shown once, and as it stands in the database."""
    found: dict[str, str] = {}
    admin = company.admin
    admin.set_password(PASSWORD)
    admin.save()
    account = make("customers.Account", name="PT Melati")
    with acting(admin):
        found["token"] = make_token(admin, "gudang", {"*": ["read"]})
        found["feed"] = make_feed(admin)
        link = make_link(account.pk)
        found["link"] = link.token
    with acting(SYSTEM, via="system"):
        turn(True)
        values = {"name": "h", "url": "https://1.1.1.1/", "module": "contacts", "events": ["created"]}
        hook = make_webhook(admin.pk, values)
        found["webhook"] = hook.secrets[0]
        found["gateway"] = "Mid-server-rahasia-sekali"
        set_gateway(
            {"page_url": "https://1.1.1.1", "api_url": "https://1.1.1.1", "active": True}, found["gateway"]
        )
    with acting(admin):
        found["compat"] = make_key(admin, "program lama")
    close_change_set()
    for module in registry:
        for name, field in module.fields.items():
            if (getattr(field, "secret", False) and not name.endswith("_key")) or name == "sealed_key":
                for row in module.model._base_manager.all():
                    value = getattr(row, name)
                    if value and value != NO_PASSWORD and len(value) > 8:
                        found[f"{module.key}.{name} {row.pk}"] = str(value)
    return found


def test_nothing_that_opens_a_door_is_in_it(company, tmp_path):
    secrets = secrets_of(company)
    assert len(secrets) >= 12 and any(key.startswith("users.user.password") for key in secrets)
    zip = archive_of(company, tmp_path)
    for name in zip.namelist():
        content = zip.read(name).decode(errors="replace")
        held = [key for key, value in secrets.items() if value in content]
        assert not held, f"{name} holds {held}"
    for slug in ("apitokens", "webhooks", "accesskeys", "paymentgateways", "publiclinks", "calendar-feeds"):
        assert f"jsonl/{slug}.jsonl" not in zip.namelist()


def test_a_new_module_with_a_secret_must_say_whether_it_is_archived():
    """Its secret stays out by itself; whether its rows tell too much is a question for a person."""
    keys = {"name_key", "email_key", "phone_key", "password", "sealed_token", "mark"}
    for module in archived_modules():
        secret = {name for name, field in module.fields.items() if getattr(field, "secret", False)}
        assert secret <= keys, f"{module.key}: declare `archived = False`, or add {secret - keys} here"


def test_what_is_confidential_to_others_and_what_is_deleted_stays_out(company, tmp_path):
    with acting(company.sales_a):
        mine = make("agenda.Event", subject="Rahasia dokter", visibility="private", owner=company.sales_a)
        comment.say(mine.pk, "hasil laboratorium")
        attach(mine.pk, [SimpleUploadedFile("laboratorium.txt", b"nilai darah")])
    gone = make("customers.Contact", last_name="Terhapus")
    with acting(company.admin):
        comment.say(gone.pk, "catatan terhapus")
        trash(type(gone), [gone.pk])
        tag = create(Tag, {"name": "punya admin", "visibility": "private"})
    with acting(company.sales_a):
        create(Tag, {"name": "punya andi", "visibility": "private"})
        contact = make("customers.Contact", last_name="Tinggal", owner=company.sales_a)
    zip = archive_of(company, tmp_path)
    everything = b"".join(zip.read(name) for name in zip.namelist())
    for word in (
        b"Rahasia dokter",
        b"laboratorium",
        b"nilai darah",
        b"Terhapus",
        b"catatan terhapus",
        b"punya andi",
    ):
        assert word not in everything, word
    assert tag.name.encode() in everything and contact.last_name.encode() in everything
    assert json.loads(zip.read("archive.json"))["confidential_left_out"] == 1


def test_comments_files_and_tags_hang_on_their_record(company, tmp_path):
    contact = make("customers.Contact", last_name="Sari")
    with acting(company.admin):
        first = comment.say(contact.pk, "Sudah <b>ditelepon</b>")
        comment.say(contact.pk, "Baik", reply_to=first.pk)
        attach(contact.pk, [SimpleUploadedFile("penawaran.txt", b"isi dokumen")])
        tag = create(Tag, {"name": "penting", "visibility": "shared"})
        put(tag, [contact.pk])
    zip = archive_of(company, tmp_path)
    (page,) = pieces_of(zip, "contacts", "d")
    assert [(one[1] != 0, one[4]) for one in page["c"]] == [(False, "Sudah <b>ditelepon</b>"), (True, "Baik")]
    assert page["g"] == ["penting"]
    path, name, *_rest = page["a"][0]
    assert name == "penawaran.txt" and zip.read(path) == b"isi dokumen"


@pytest.mark.parametrize(
    ("given", "ends"),
    [
        ("../../../etc/passwd", "-passwd"),
        ("..\\..\\boot.ini", "-boot.ini"),
        ("/etc/cron.d/x.txt", "-x.txt"),
        ("jahat\u202egnp.txt", "-jahatgnp.txt"),
        ("halaman.html", "-halaman.html.txt"),
        ("gambar.SVG", "-gambar.SVG.txt"),
        ("CON.txt", "-CON.txt"),
    ],
)
def test_the_name_of_a_document_leads_nowhere_and_runs_nowhere(company, tmp_path, given, ends):
    contact = make("customers.Contact", last_name="Sari")
    with acting(company.admin):
        upload = SimpleUploadedFile("x.txt", b"isi")
        upload._name = given
        attach(contact.pk, [upload])
    zip = archive_of(company, tmp_path)
    (path,) = [name for name in zip.namelist() if name.startswith("files/")]
    assert re.fullmatch(r"files/\d+-[^/\\]+", path) and path.endswith(ends) and ".." not in path
    zip.extractall(tmp_path / "out")
    assert (tmp_path / "out" / path).read_bytes() == b"isi"


def test_a_document_whose_bytes_are_lost_is_told_and_stops_nothing(company, tmp_path):
    contact = make("customers.Contact", last_name="Sari")
    with acting(company.admin):
        (file,) = attach(contact.pk, [SimpleUploadedFile("hilang.txt", b"sebentar saja")])
    default_storage.delete(f"attachments/{file.digest[:2]}/{file.digest}")
    zip = archive_of(company, tmp_path)
    assert json.loads(zip.read("archive.json"))["files_missing"] == [f"files/{file.pk}-hilang.txt"]


def test_hostile_texts_stay_texts(company, tmp_path):
    make("customers.Account", name=HOSTILE, website=None)
    make("customers.Contact", last_name='=HYPERLINK("http://x")')
    zip = archive_of(company, tmp_path)
    (row,) = pieces_of(zip, "accounts", "i")
    assert row[2] == HOSTILE.replace("\u2028", " ") or row[2] == HOSTILE
    for name in zip.namelist():
        if name.startswith("page/data/"):
            text = zip.read(name).decode()
            assert "<" not in text and "\u2028" not in text, name
    assert "'=HYPERLINK" in zip.read("csv/contacts.csv").decode()


def test_it_speaks_the_language_it_is_asked_for(company, tmp_path):
    make("customers.Contact", last_name="Sari")
    for language, word, file in (
        ("id", "Cari di semua data", "BACA-SAYA.txt"),
        ("en", "Search everything", "READ-ME.txt"),
    ):
        zip = archive_of(company, tmp_path, language)
        assert piece(zip, "page/catalog.js")["words"]["search"] == word
        assert company.admin.full_name and file in zip.namelist()
        assert f'<html lang="{language}">' in zip.read("index.html").decode()


def test_memory_stays_flat_however_many_rows(company, tmp_path):
    def peak() -> int:
        tracemalloc.start()
        archive_of(company, tmp_path)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    def fill(n: int) -> None:
        with acting(company.admin):
            drafts = [Draft({"last_name": f"Kontak {one}", "description": "x" * 2000}) for one in range(n)]
            write(registry.module("customers.Contact"), drafts, confirmed=["double"])

    fill(600)
    first = peak()
    fill(3000)
    # Rows of one piece are in memory, and the list of what the zip holds.
    assert peak() < first + 6_000_000


# Who may.
def confirmed(user: Any) -> Any:
    user.set_password(PASSWORD)
    user.save()
    client = signed_in(user)
    client.post("/security/confirm/", {"password": PASSWORD})
    return client


def test_an_admin_makes_and_fetches_it_after_saying_who_they_are(company):
    company.admin.set_password(PASSWORD)
    company.admin.save()
    client = signed_in(company.admin)
    assert client.get("/settings/archive/").status_code == 200
    assert client.post("/settings/archive/make/")["Location"].startswith("/security/confirm/")
    assert not ArchiveJob.objects.exists()
    client = confirmed(company.admin)
    assert client.post("/settings/archive/make/", {"language": "en"})["Location"] == "/settings/archive/"
    assert client.post("/settings/archive/make/", {"language": "en"}).status_code == 302
    job = ArchiveJob.objects.get()
    assert job.language == "en" and job.total > 0
    run_archive(job)
    close_change_set()
    assert f"/settings/archive/{job.pk}/file/" in client.get("/settings/archive/").content.decode()
    content = b"".join(client.get(f"/settings/archive/{job.pk}/file/").streaming_content)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    job.refresh_from_db()
    assert job.fetched == 1 and job.size == len(content)
    later = signed_in(company.admin)
    assert later.get(f"/settings/archive/{job.pk}/file/")["Location"].startswith("/security/confirm/")
    ArchiveJob.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    assert client.get(f"/settings/archive/{job.pk}/file/").status_code == 410
    assert ArchiveJob.forget_old() == 1 and not default_storage.exists(job.file)


def test_nobody_else_has_it(company):
    job = ArchiveJob(user=company.admin, language="id")
    ArchiveJob.objects.bulk_create([job])
    run_archive(job)
    close_change_set()
    other = company.hire("Admin Dua", next(iter(company.roles)), type="admin")
    close_change_set()
    for user, page, file in ((company.director, 404, 404), (other, 200, 404)):
        client = confirmed(user)
        assert client.get("/settings/archive/").status_code == page
        assert client.get(f"/settings/archive/{job.pk}/file/").status_code == file
    assert confirmed(company.director).post("/settings/archive/make/").status_code == 404


def test_who_is_no_admin_any_more_gets_nothing(company):
    job = ArchiveJob(user=company.sales_a, language="id")
    ArchiveJob.objects.bulk_create([job])
    run_archive(job)
    assert job.status == "failed" and not job.file and "admin" in job.trouble


def test_the_command_writes_a_file_that_its_owner_alone_reads(company, tmp_path, capsys):
    close_change_set()
    place = tmp_path / "arsip.zip"
    call_command("archive_company", str(place), "--language", "en")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600 and zipfile.ZipFile(place).testzip() is None
    assert "Saved" in capsys.readouterr().out and list(tmp_path.iterdir()) == [place]
    with pytest.raises(SystemExit):
        call_command("archive_company", str(tmp_path / "nowhere" / "arsip.zip"))
    with pytest.raises(SystemExit):
        call_command("archive_company", str(place), "--user", "andi")
    assert list(tmp_path.iterdir()) == [place]
