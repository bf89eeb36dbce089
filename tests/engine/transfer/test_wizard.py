"""The import in the browser, without scripts: file, columns, duplicates, check, run, result, undo; and who may."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from procrastinate.contrib.django.models import ProcrastinateJob

from relasi.engine.records.long_job import Status
from relasi.engine.transfer import run, taking_back, wizard
from relasi.engine.transfer.import_ import ImportFault, ImportJob, ImportMap
from tests.fakes.models import Parrot
from tests.fingerprint import fingerprint
from tests.people import signed_in

LINES = b"Name;Email;Warna;Age\nSatu;a@x.id;biru;1\nDua;b@x.id;;abc\nTiga;A@x.id;;3\n;c@x.id;;4\nEmpat;d@x.id;;5\n"


@pytest.fixture
def keeper(aviary):
    return signed_in(aviary.keeper)


def upload(client, content=LINES, name="burung.csv", slug="parrots"):
    return client.post(f"/import/{slug}/", {"file": SimpleUploadedFile(name, content)})


def begun(client, content=LINES, **values) -> ImportJob:
    answer = upload(client, content, **values)
    assert answer.status_code == 302, answer.content.decode()
    return ImportJob.objects.get(pk=int(re.findall(r"\d+", answer["Location"])[0]))


def checked(client, job, **values) -> ImportJob:
    assert (
        client.post(f"/import/{job.pk}/columns/", {"next": "1"})["Location"]
        == f"/import/{job.pk}/duplicates/"
    )
    choices = {"duplicates": "skip", "match": ["email"], **values}
    assert client.post(f"/import/{job.pk}/duplicates/", choices)["Location"] == f"/import/{job.pk}/"
    job.refresh_from_db()
    return job


def started(client, job) -> ImportJob:
    client.post(f"/import/{job.pk}/do/run/")
    job.refresh_from_db()
    return job


def text_of(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# The way through.
def test_a_file_goes_all_the_way_and_back(keeper, aviary):
    job = checked(keeper, begun(keeper))
    assert job.status == Status.READY
    assert not Parrot._base_manager.filter(name__in=["Satu", "Empat"]).exists()
    page = text_of(keeper.get(f"/import/{job.pk}/"))
    assert "5 baris" in page
    assert "“abc”" in page

    started(keeper, job)
    assert job.status == Status.RUNNING
    assert ProcrastinateJob.objects.get(args={"job": job.pk}).task_name.endswith("run_import")
    run.run(job)
    page = text_of(keeper.get(f"/import/{job.pk}/"))
    assert "2 Dibuat" in page
    assert "1 Dilewati (duplikat)" in page
    assert "2 Gagal" in page
    assert Parrot._base_manager.get(name="Satu").owner_id == aviary.keeper.pk

    keeper.post(f"/import/{job.pk}/do/undo/")
    job.refresh_from_db()
    assert job.status == Status.UNDOING
    assert ProcrastinateJob.objects.filter(task_name__endswith="undo_import", args={"job": job.pk}).exists()
    taking_back.take_back(job)
    assert "2 data" in text_of(keeper.get(f"/import/{job.pk}/"))
    assert not Parrot._base_manager.filter(name__in=["Satu", "Empat"], trashed_at=None).exists()


def test_the_form_of_the_columns_shows_the_first_values_and_what_was_read(keeper):
    job = begun(keeper, b"Name;Hatched;Price\nSatu;03/04/2026;1.500\nDua;31/02/2026;x\n")
    page = text_of(keeper.get(f"/import/{job.pk}/columns/"))
    assert "03/04/2026 → 3 Apr 2026" in page
    assert "31/02/2026" in page


def test_the_order_of_dates_and_the_decimal_sign_are_chosen(keeper):
    job = begun(keeper, b"Name;Hatched;Price\nSatu;03/04/2026;1,500.25\n")
    keeper.post(f"/import/{job.pk}/columns/", {"day_first": "0", "decimal": "."})
    assert "03/04/2026 → 4 Mar 2026" in text_of(keeper.get(f"/import/{job.pk}/columns/"))
    job = checked(keeper, job, duplicates="create")
    run.run(started(keeper, job))
    bird = Parrot._base_manager.get(name="Satu")
    assert (str(bird.hatched), str(bird.price)) == ("2026-03-04", "1500.25")


def test_a_column_goes_where_the_person_says(keeper):
    job = begun(keeper)
    keeper.post(f"/import/{job.pk}/columns/", {"to-0": "nickname", "to-1": "-", "to-2": "name", "to-3": "+"})
    job.refresh_from_db()
    assert [column["to"] for column in job.columns] == ["nickname", "-", "name", "+"]


def test_two_columns_of_one_field_are_refused_and_nothing_chosen_is_lost(keeper):
    job = begun(keeper)
    answer = keeper.post(f"/import/{job.pk}/columns/", {"to-2": "name", "next": "1"})
    assert answer.status_code == 422
    assert "“Name”" in text_of(answer)
    job.refresh_from_db()
    assert job.columns[2]["to"] == "name"
    assert keeper.get(f"/import/{job.pk}/duplicates/")["Location"] == f"/import/{job.pk}/columns/"


def test_values_a_choice_does_not_know_are_given_a_meaning(keeper):
    job = begun(keeper, b"Name;Mood\nSatu;Galak\nDua;Calm\nTiga;Entah\nEmpat;Loud\n")
    page = keeper.get(f"/import/{job.pk}/columns/").content.decode()
    assert 'value="Galak"' in page
    keeper.post(
        f"/import/{job.pk}/columns/",
        {"written-1-1": "Galak", "value-1-1": "angry", "written-1-2": "Entah", "value-1-2": "+"},
    )
    job = checked(keeper, job, duplicates="create")
    run.run(started(keeper, job))
    assert Parrot._base_manager.get(name="Satu").mood == "angry"
    kept = Parrot._base_manager.get(name="Tiga")
    assert (kept.mood, kept.custom) == ("calm", {"imported": {"Mood": "Entah"}})


def test_a_mapping_is_kept_under_a_name_and_used_for_the_next_file(keeper, aviary):
    job = begun(keeper)
    keeper.post(f"/import/{job.pk}/columns/", {"to-2": "nickname", "keep_map": "1", "map_name": "Dari toko"})
    kept = ImportMap.objects.get(user=aviary.keeper, name="Dari toko")
    other = begun(keeper)
    assert other.columns[2]["to"] == "+"
    keeper.post(f"/import/{other.pk}/columns/", {"map": kept.pk, "use_map": "1"})
    other.refresh_from_db()
    assert other.columns[2]["to"] == "nickname"


def test_a_mapping_of_somebody_else_is_not_there(keeper, aviary):
    theirs = ImportMap.objects.create(user=aviary.peer, module="fakes.parrot", name="Rahasia", columns=[])
    job = begun(keeper)
    assert "Rahasia" not in text_of(keeper.get(f"/import/{job.pk}/columns/"))
    assert keeper.post(f"/import/{job.pk}/columns/", {"map": theirs.pk, "use_map": "1"}).status_code == 200
    job.refresh_from_db()
    assert job.columns[0]["to"] == "name"


def test_duplicates_need_something_they_are_found_by(keeper):
    job = begun(keeper)
    answer = keeper.post(f"/import/{job.pk}/duplicates/", {"duplicates": "update"})
    assert answer.status_code == 422
    job.refresh_from_db()
    assert job.status == Status.DRAFT


def test_a_large_file_is_checked_by_the_worker(keeper, monkeypatch):
    monkeypatch.setattr(wizard, "SMALL", 10)
    job = checked(keeper, begun(keeper))
    assert job.status == Status.CHECKING
    assert ProcrastinateJob.objects.filter(task_name__endswith="check_import", args={"job": job.pk}).exists()
    assert "hx-get" in keeper.get(f"/import/{job.pk}/").content.decode()
    run.check(job)
    assert job.status == Status.READY


def test_the_page_of_a_run_asks_again_until_it_is_done(keeper):
    job = started(keeper, checked(keeper, begun(keeper)))
    part = {"HX-Request": "true", "HX-Request-Type": "partial"}
    answer = keeper.get(f"/import/{job.pk}/", headers=part)
    assert answer.content.decode().lstrip().startswith("<div")
    assert 'hx-trigger="every 1s"' in answer.content.decode()
    run.run(job)
    assert keeper.get(f"/import/{job.pk}/", headers=part)["HX-Refresh"] == "true"


def test_a_run_is_paused_resumed_and_stopped(keeper):
    job = started(keeper, checked(keeper, begun(keeper)))
    keeper.post(f"/import/{job.pk}/do/pause/")
    run.run(job)
    assert job.status == Status.PAUSED
    keeper.post(f"/import/{job.pk}/do/run/")
    job.refresh_from_db()
    assert (job.status, job.wanted) == (Status.RUNNING, "run")
    keeper.post(f"/import/{job.pk}/do/stop/")
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    run.run(job)
    assert not Parrot._base_manager.filter(name="Satu").exists()


def test_the_failed_rows_are_a_file_and_each_can_be_entered_by_hand(keeper):
    job = started(keeper, checked(keeper, begun(keeper)))
    run.run(job)
    answer = keeper.get(f"/import/{job.pk}/errors.csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Name;Email;Warna;Age;kesalahan"
    assert lines[1].startswith("Dua;b@x.id;;abc;Age: “abc”")
    assert "attachment" in answer["Content-Disposition"]
    page = keeper.get(f"/import/{job.pk}/").content.decode()
    assert "/parrots/new/?name=Dua&amp;email=b%40x.id" in page


def test_the_file_itself_and_a_template_can_be_had(keeper):
    job = begun(keeper)
    answer = keeper.get(f"/import/{job.pk}/file/")
    assert b"".join(answer.streaming_content) == LINES
    assert answer["Content-Type"] == "application/octet-stream"
    template = keeper.get("/import/parrots/template.csv").content.decode("utf-8-sig")
    assert template.startswith("Nama;") or template.startswith("Name;")
    filled = template.splitlines()[0] + "\r\n" + "Satu" + ";" * template.splitlines()[0].count(";") + "\r\n"
    assert begun(keeper, filled.encode(), name="t.csv").columns[0]["to"] == "name"


# Bad input.
@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", b"%PDF-1.7"), ("a.csv", b""), ("a.ics", b"BEGIN:VCALENDAR"), ("a.xlsx", b"PK\x03\x04broken")],
)
def test_a_file_that_is_no_table_is_refused_and_not_kept(keeper, name, content):
    before = fingerprint()
    answer = upload(keeper, content, name)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert fingerprint() == before


def test_no_file_is_told(keeper):
    assert keeper.post("/import/parrots/", {}).status_code == 422


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "..\\..\\x.csv", "a\x00b.csv", "é" * 300 + ".csv", ".csv"]
)
def test_no_name_of_a_file_leads_out_of_its_folder(keeper, name):
    job = begun(keeper, name=name or "x.csv")
    assert job.file.name.startswith("imports/")
    assert ".." not in job.file.name
    assert keeper.get(f"/import/{job.pk}/columns/").status_code == 200


def test_what_a_file_says_is_never_taken_for_markup(keeper):
    attack = b'Name;"<script>alert(1)</script>";Age\n"<img src=x onerror=alert(2)>";"<b>";"<i>x</i>"\n'
    job = begun(keeper, attack)
    pages = [keeper.get(f"/import/{job.pk}/columns/").content.decode()]
    job = checked(keeper, job, duplicates="create")
    pages.append(keeper.get(f"/import/{job.pk}/").content.decode())
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<i>x" not in page


# Who may.
STEPS = ["", "columns/", "duplicates/", "errors.csv", "file/"]


@pytest.mark.parametrize("who", ["peer", "manager", "admin", "stranger", "shy", "suspended"])
def test_the_import_of_somebody_else_is_not_there(keeper, aviary, who):
    job = begun(keeper)
    before = fingerprint()
    other = signed_in(getattr(aviary, who))
    for step in STEPS:
        assert other.get(f"/import/{job.pk}/{step}").status_code in (302, 404)
        assert other.get(f"/import/{job.pk}/{step}").headers.get("Location", "/login/").startswith("/login/")
    for step in ["columns/", "duplicates/", "do/run/", "do/stop/", "do/undo/", "do/pause/"]:
        assert other.post(f"/import/{job.pk}/{step}", {"next": "1", "duplicates": "create"}).status_code in (
            302,
            404,
        )
    assert fingerprint() == before


@pytest.mark.parametrize("who", ["stranger", "shy"])
def test_who_may_not_import_finds_no_import(aviary, who):
    client = signed_in(getattr(aviary, who))
    before = fingerprint()
    for path in ("/import/", "/import/parrots/", "/import/parrots/template.csv", "/import/users/"):
        assert client.get(path).status_code == 404
    assert upload(client).status_code == 404
    assert fingerprint() == before


def test_nobody_imports_into_settings(aviary):
    assert signed_in(aviary.admin).get("/import/users/").status_code == 404


def test_a_stranger_is_sent_to_sign_in(client, aviary):
    for path in ("/import/", "/import/parrots/", "/import/1/"):
        assert client.get(path)["Location"].startswith("/login/")


def test_an_act_needs_a_post_and_a_known_name(keeper):
    job = begun(keeper)
    assert keeper.get(f"/import/{job.pk}/do/run/").status_code == 405
    assert keeper.post(f"/import/{job.pk}/do/nonsense/").status_code == 404


def test_the_history_shows_the_persons_own_imports(keeper, aviary):
    begun(keeper, name="milik-saya.csv")
    assert "milik-saya.csv" in text_of(keeper.get("/import/"))
    assert "milik-saya.csv" not in text_of(signed_in(aviary.admin).get("/import/"))
    assert not ImportFault.objects.exists()


def test_a_ready_import_is_not_started_by_an_old_form(keeper, aviary):
    job = checked(keeper, begun(keeper))
    run.run(started(keeper, job))
    keeper.post(f"/import/{job.pk}/do/run/")
    job.refresh_from_db()
    assert job.status == Status.DONE
    assert keeper.post(f"/import/{job.pk}/columns/", {"to-0": "nickname"})["Location"] == f"/import/{job.pk}/"


# The same for all rows.
def test_a_value_for_all_rows_fills_what_is_blank_in_the_file(keeper, aviary):
    job = begun(keeper, LINES.replace(b";;5", b";;"))
    said = {"next": "1", "same-to-0": "age_years", "same-value-0": "7"}
    assert keeper.post(f"/import/{job.pk}/columns/", said)["Location"].endswith("/duplicates/")
    keeper.post(f"/import/{job.pk}/duplicates/", {"duplicates": "skip", "match": ["email"]})
    job.refresh_from_db()
    run.run(started(keeper, job))
    ages = dict(Parrot._base_manager.filter(name__in=["Satu", "Empat"]).values_list("name", "age_years"))
    assert ages == {"Satu": 1, "Empat": 7}


@pytest.mark.parametrize(
    ("name", "text"), [("age_years", "tua sekali"), ("cage", "Tidak ada"), ("secret", "x"), ("number", "P-1")]
)
def test_a_value_for_all_rows_that_cannot_be_is_said_and_kept(keeper, name, text):
    job = begun(keeper)
    said = {"next": "1", "same-to-0": name, "same-value-0": text}
    answer = keeper.post(f"/import/{job.pk}/columns/", said)
    assert answer.status_code == 422
    assert f'value="{text}"' in answer.content.decode()
    assert keeper.post(f"/import/{job.pk}/duplicates/", {"duplicates": "skip"})["Location"].endswith(
        "/columns/"
    )


def test_the_page_of_the_duplicates_opens_once_the_columns_are_right(keeper):
    job = begun(keeper)
    keeper.post(f"/import/{job.pk}/columns/", {"next": "1"})
    assert keeper.get(f"/import/{job.pk}/duplicates/").status_code == 200


def test_a_line_without_a_value_is_none(keeper):
    job = begun(keeper)
    answer = keeper.post(
        f"/import/{job.pk}/columns/", {"next": "1", "same-to-0": "age_years", "same-value-0": " "}
    )
    assert answer["Location"].endswith("/duplicates/")
    job.refresh_from_db()
    assert job.constants == {}
