"""The pages of what hangs on records: they work without scripts, and nobody gets past them to what is hidden."""

import io
import json

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from relasi.engine.activity.attachment import Attachment, place_of
from relasi.engine.activity.comment import Comment, say
from relasi.engine.activity.follow import Follow, followed_among
from relasi.engine.activity.notification import Notification
from relasi.engine.activity.tag import Tag, find_or_make
from relasi.engine.activity.tagging import Tagging, put
from relasi.engine.declare.registry import registry
from relasi.engine.records.recycle_bin import purge
from relasi.engine.records.write import trash
from tests.engine.activity.telling import as_, everything_told
from tests.engine.aviary import again, parrot
from tests.fakes.models import Parrot
from tests.fingerprint import unchanged
from tests.people import set_mode, signed_in

HTMX = {"HX-Request": "true"}


@pytest.fixture
def bird(aviary):
    return parrot(aviary.keeper, name="Rosa")


@pytest.fixture
def keeper(aviary):
    return signed_in(aviary.keeper)


def png(size=(30, 20)):
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "PNG")
    return out.getvalue()


def page(bird, rest=""):
    return f"/parrots/{bird.pk}/{rest}"


def upload(client, bird, name="surat.txt", content=b"isi", **more):
    file = SimpleUploadedFile(name, content)
    file.name = name
    return client.post(page(bird, "files/"), {"files": file, **more})


def text_of(response):
    return response.content.decode()


def test_a_comment_is_written_answered_edited_and_deleted_without_scripts(aviary, bird, keeper):
    assert keeper.post(page(bird, "comments/"), {"text": "Halo semua"}).status_code == 302
    comment = Comment._base_manager.get()
    assert "Halo semua" in text_of(keeper.get(page(bird, "timeline/")))
    assert f'value="{comment.pk}"' in text_of(keeper.get(page(bird, f"timeline/?reply={comment.pk}")))
    keeper.post(page(bird, "comments/"), {"text": "Jawaban", "reply_to": comment.pk})
    assert Comment._base_manager.get(reply_to=comment).text == "Jawaban"
    assert keeper.get(page(bird, f"comments/{comment.pk}/")).status_code == 200
    keeper.post(page(bird, f"comments/{comment.pk}/"), {"text": "Halo lagi", "version": 1})
    assert "Halo semua" in text_of(keeper.get(page(bird, f"comments/{comment.pk}/history/")))
    keeper.post(page(bird, f"comments/{comment.pk}/delete/"))
    assert again(comment).trashed_at is not None
    shown = text_of(keeper.get(page(bird, "timeline/")))
    assert "Halo lagi" not in shown and "Jawaban" in shown


def test_a_refused_comment_comes_back_with_what_was_typed(bird, keeper):
    with unchanged():
        answer = keeper.post(page(bird, "comments/"), {"text": "x" * 32_001})
    assert answer.status_code == 422 and "x" * 200 in text_of(answer)
    with unchanged():
        assert keeper.post(page(bird, "comments/"), {"text": " "}, headers=HTMX).status_code == 422


def test_the_record_page_asks_for_its_timeline_and_shows_star_and_tags(aviary, bird, keeper):
    with as_(aviary.keeper):
        put(find_or_make("VIP"), [bird.pk])
    shown = text_of(keeper.get(page(bird)))
    assert f'hx-get="{page(bird, "timeline/")}"' in shown and "VIP" in shown and 'class="composer"' in shown
    assert f'action="{page(bird, "star/")}"' in shown


def test_what_one_may_not_see_is_not_there_under_any_address(aviary, bird):
    with as_(aviary.keeper):
        comment = say(bird.pk, "Rahasia")
    upload(signed_in(aviary.keeper), bird)
    file = Attachment._base_manager.get()
    gets = [page(bird, "timeline/"), page(bird, "people/"), page(bird, "follow/"), f"/file/{file.pk}/",
            f"/file/{file.pk}/small/", page(bird, f"comments/{comment.pk}/history/"),
            f"/follow/{bird.pk}/stop/"]  # fmt: skip
    posts = [page(bird, "comments/"), page(bird, "files/"), page(bird, "tags/"), page(bird, "star/"),
             page(bird, "follow/"), f"/file/{file.pk}/remove/", f"/file/{file.pk}/restore/",
             page(bird, f"comments/{comment.pk}/"), page(bird, f"comments/{comment.pk}/delete/")]  # fmt: skip
    for person in (aviary.vet, aviary.stranger):
        client = signed_in(person)
        with unchanged():
            assert {client.get(address).status_code for address in gets} == {404}
            values = {"text": "x", "on": "1", "add": "VIP"}
            assert {client.post(address, values).status_code for address in posts} == {404}


def test_others_comments_are_neither_edited_nor_deleted(aviary, bird):
    with as_(aviary.keeper):
        comment = say(bird.pk, "Halo")
    client = signed_in(aviary.admin)
    with unchanged():
        assert client.post(page(bird, f"comments/{comment.pk}/"), {"text": "x"}).status_code == 404
        assert client.post(page(bird, f"comments/{comment.pk}/delete/")).status_code == 404


def test_a_download_is_saved_and_never_shown(bird, keeper):
    upload(keeper, bird, "halaman.html", b"<script>alert(1)</script>")
    file = Attachment._base_manager.get()
    answer = keeper.get(f"/file/{file.pk}/")
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_only_rasters_have_a_small_picture_and_svg_has_none(bird, keeper):
    upload(keeper, bird, "foto.png", png())
    upload(keeper, bird, "gambar.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')
    photo, drawing = Attachment._base_manager.order_by("pk")
    assert keeper.get(f"/file/{photo.pk}/small/")["Content-Type"] == "image/webp"
    assert keeper.get(f"/file/{drawing.pk}/small/").status_code == 404
    shown = text_of(keeper.get(page(bird, "timeline/?show=files")))
    assert f"/file/{photo.pk}/small/" in shown and f"/file/{drawing.pk}/small/" not in shown


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\Users\\x\\laporan.pdf.txt", "laporan.pdf.txt"), ("a\x00b.txt", "ab.txt"),
        ("gnp.\u202etxt", "gnp.txt"), ("..", "file"), ("   ", "file"), ('a"b<c>.txt', "a_b_c_.txt"),
    ],
)  # fmt: skip
def test_the_names_of_files_lead_nowhere(given, kept):
    from relasi.engine.activity.file_name import clean_name, disposition

    assert clean_name(given) == kept
    assert "\n" not in disposition(kept) and disposition(kept).count('"') == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("kalkulator.exe", b"MZ\x90"), ("faktur.pdf", b"MZ\x90\x00"), ("faktur.pdf", b"<html>"), ("foto.png", b"GIF89a"),
        ("skrip.txt", b"#!/bin/sh"), ("tautan.lnk", b"L"), ("kosong.txt", b""), ("foto.jpg.exe", b"x"),
    ],
)  # fmt: skip
def test_programs_and_files_that_are_not_what_they_say_are_refused(bird, keeper, name, content):
    with unchanged():
        assert upload(keeper, bird, name, content).status_code == 422


def test_a_file_too_large_is_refused_and_leaves_no_bytes(bird, keeper, monkeypatch):
    monkeypatch.setattr(settings, "LARGEST_FILE_MB", 1)
    with unchanged():
        assert upload(keeper, bird, "besar.txt", b"x" * (1024 * 1024 + 1)).status_code == 422
        answer = keeper.post(
            page(bird, "files/"), b"", content_type="text/plain", CONTENT_LENGTH=str(12 * 1024 * 1024)
        )
    assert answer.status_code == 413


def test_one_bad_file_of_two_keeps_neither(bird, keeper):
    files = [SimpleUploadedFile("baik.txt", b"isi"), SimpleUploadedFile("jahat.exe", b"MZ")]
    with unchanged():
        assert keeper.post(page(bird, "files/"), {"files": files}).status_code == 422


def test_the_same_bytes_stand_once_and_go_with_the_last_record(aviary, keeper):
    one, other = parrot(aviary.keeper), parrot(aviary.keeper)
    upload(keeper, one, "a.txt", b"sama persis")
    upload(keeper, other, "b.txt", b"sama persis")
    first, second = Attachment._base_manager.order_by("pk")
    assert first.digest == second.digest and default_storage.exists(place_of(first.digest))
    for record, left in ((one, True), (other, False)):
        with as_(aviary.keeper):
            trash(Parrot, [record.pk])
        with as_(aviary.admin):
            purge(registry.of(Parrot), [record.pk])
        from relasi.engine.activity.attachment import forget_unused

        forget_unused([first.digest])
        assert default_storage.exists(place_of(first.digest)) is left


def test_a_removed_file_is_gone_at_once_and_comes_back_by_undo(aviary, bird, keeper):
    upload(keeper, bird)
    file = Attachment._base_manager.get()
    keeper.post(f"/file/{file.pk}/remove/")
    assert keeper.get(f"/file/{file.pk}/").status_code == 404
    assert "surat.txt" in text_of(keeper.get("/bin/files/"))
    keeper.post(f"/file/{file.pk}/restore/")
    assert keeper.get(f"/file/{file.pk}/").status_code == 200


def test_who_may_only_read_neither_adds_nor_removes_files(aviary, bird, keeper):
    set_mode("fakes.parrot", "public_read")
    upload(keeper, bird)
    file = Attachment._base_manager.get()
    client = signed_in(aviary.vet)
    assert client.get(f"/file/{file.pk}/").status_code == 200
    with unchanged():
        assert upload(client, bird).status_code == 404
        client.post(f"/file/{file.pk}/remove/")


def test_files_come_with_a_comment_and_stand_under_it(bird, keeper):
    keeper.post(page(bird, "comments/"), {"text": "Terlampir", "files": [SimpleUploadedFile("a.txt", b"1")]})
    file = Attachment._base_manager.get()
    assert file.comment == Comment._base_manager.get()
    assert text_of(keeper.get(page(bird, "timeline/"))).count("<bdi") == 1


def test_tags_are_added_and_taken_off_on_the_record(bird, keeper):
    keeper.post(page(bird, "tags/"), {"add": "VIP"})
    tag = Tag._base_manager.get()
    answer = keeper.post(page(bird, "tags/"), {"remove": tag.pk}, headers=HTMX)
    assert answer.status_code == 200 and not Tagging._base_manager.filter(trashed_at=None).exists()
    with unchanged():
        assert keeper.post(page(bird, "tags/"), {"add": "a,b"}, headers=HTMX).status_code == 422


def test_the_options_offer_what_fits_and_a_new_one(aviary, keeper):
    with as_(aviary.vet):
        find_or_make("rahasia")
    with as_(aviary.keeper):
        find_or_make("ramah")
    shown = text_of(keeper.get("/parrots/tag-options/?q=ra"))
    assert "ramah" in shown and "rahasia" not in shown and "data-create" in shown
    assert "rahasia" not in text_of(keeper.get("/lookup/activity.tag/?q=ra"))
    assert keeper.get("/lookup/activity.comment/?q=").status_code == 404


def test_many_are_tagged_followed_and_cleared_at_once(aviary, keeper):
    birds = [parrot(aviary.keeper) for _ in range(3)]
    ids = [bird.pk for bird in birds]
    assert keeper.post("/parrots/bulk/", {"do": "tag", "id": ids}).status_code == 200
    keeper.post("/parrots/bulk/", {"do": "tag", "id": ids, "tag": "Pameran", "save": "on"})
    assert Tagging._base_manager.filter(trashed_at=None).count() == 3
    keeper.post("/parrots/bulk/", {"do": "tag", "id": ids, "tag": "pameran", "save": "off"})
    assert Tagging._base_manager.filter(trashed_at=None).count() == 0
    keeper.post("/parrots/bulk/", {"do": "follow", "id": ids})
    with as_(aviary.keeper):
        assert followed_among(aviary.keeper, ids) == set(ids)
    assert keeper.get("/parrots/?view=followed").status_code == 200


def test_a_list_shows_and_filters_tags(aviary, bird, keeper):
    with as_(aviary.keeper):
        tag = find_or_make("VIP")
        put(tag, [bird.pk])
    parrot(aviary.keeper, name="Nuri")
    tree = json.dumps({"all": [{"field": "tags", "op": "any", "value": [tag.pk]}]})
    shown = text_of(keeper.get("/parrots/", {"columns": "name,tags", "f": tree}))
    assert "Rosa" in shown and "Nuri" not in shown and "VIP" in shown
    assert keeper.get("/parrots/filter/", {"field": "tags", "op": "all"}).status_code == 200


def test_the_star_and_its_settings(aviary, bird, keeper):
    keeper.post(page(bird, "star/"), {"on": "1"})
    assert keeper.get(page(bird, "follow/")).status_code == 200
    keeper.post(page(bird, "follow/"), {"pace": "now", "about": "changes"})
    row = Follow._base_manager.get()
    assert (row.pace, row.about) == ("now", "changes")
    assert keeper.get(f"/follow/{bird.pk}/stop/").status_code == 200
    keeper.post(f"/follow/{bird.pk}/stop/")
    assert again(row).trashed_at is not None


@pytest.fixture
def told(aviary, bird):
    with as_(aviary.manager):
        comment = say(bird.pk, "@komang lihat ini")
    (row,) = everything_told(aviary.keeper)
    return row, comment


def test_the_inbox_shows_opens_snoozes_and_ends_a_notification(aviary, bird, keeper, told):
    row, comment = told
    shown = text_of(keeper.get("/inbox/"))
    assert "Rosa" in shown and "lihat ini" in shown and 'class="bell-count"' in shown
    assert keeper.get(f"/inbox/{row.pk}/")["Location"] == f"/r/{bird.pk}/#comment-{comment.pk}"
    row.refresh_from_db()
    assert row.read_at is not None
    keeper.post("/inbox/mark/", {"do": "snooze", "for": "60", "id": row.pk})
    assert "Rosa" not in text_of(keeper.get("/inbox/"))
    assert "Rosa" in text_of(keeper.get("/inbox/?show=snoozed"))
    keeper.post("/inbox/mark/", {"do": "open", "id": row.pk})
    keeper.post("/inbox/mark/", {"do": "done"})
    assert "Rosa" in text_of(keeper.get("/inbox/?show=done"))
    assert 'class="bell-count"' not in text_of(keeper.get("/inbox/bell/"))


def test_nobody_touches_or_opens_anothers_notification(aviary, told):
    row, _comment = told
    client = signed_in(aviary.peer)
    with unchanged():
        assert client.get(f"/inbox/{row.pk}/").status_code == 404
        client.post("/inbox/mark/", {"do": "done", "id": row.pk})


def test_the_inbox_and_its_count_forget_what_is_hidden(aviary, told):
    set_mode("fakes.parrot", "private")
    from tests.people import change

    bird = Parrot._base_manager.get()
    change(bird, owner=aviary.vet.pk)
    client = signed_in(aviary.keeper)
    assert "Rosa" not in text_of(client.get("/inbox/"))
    assert 'class="bell-count"' not in text_of(client.get("/inbox/bell/"))


def test_what_is_chosen_about_notifications_is_kept(aviary, keeper):
    assert keeper.get("/preferences/notifications/").status_code == 200
    values = {
        "mail:mention": "off",
        "mail:changed": "now",
        "quiet_from": "21",
        "quiet_to": "7",
        "digest_hour": "9",
    }
    assert keeper.post("/preferences/notifications/", values).status_code == 302
    from relasi.engine.activity.choices import choices_of
    from relasi.engine.activity.notification import CHANGED, MENTION

    mine = choices_of([aviary.keeper.pk])[aviary.keeper.pk]
    assert mine.of(MENTION) == (True, "off") and mine.of(CHANGED) == (False, "now") and mine.quiet_to == 7
    with unchanged():
        assert keeper.post("/preferences/notifications/", {**values, "quiet_from": "99"}).status_code == 422


def test_the_page_of_tags_makes_renames_merges_and_deletes(aviary, keeper):
    keeper.post("/tags/", {"name": "satu", "tone": "hijau"})
    keeper.post("/tags/", {"name": "dua", "visibility": "shared", "tone": "merah"})
    one, two = Tag._base_manager.order_by("pk")
    assert "satu" in text_of(keeper.get("/tags/")) and keeper.get(f"/tags/{one.pk}/").status_code == 200
    keeper.post(f"/tags/{one.pk}/", {"do": "save", "name": "uno", "tone": "biru", "version": 1})
    assert again(one).name == "uno"
    with unchanged():
        assert keeper.post("/tags/", {"name": "DUA", "visibility": "shared"}).status_code == 422
        assert signed_in(aviary.vet).get(f"/tags/{one.pk}/").status_code == 404
        assert signed_in(aviary.shy).post(f"/tags/{two.pk}/", {"do": "delete"}).status_code == 404
    keeper.post(f"/tags/{one.pk}/", {"do": "merge", "into": two.pk})
    keeper.post(f"/tags/{two.pk}/", {"do": "delete"})
    assert not Tag._base_manager.filter(trashed_at=None).exists()


def test_the_live_channel_tells_of_comments_only_who_sees_the_record(aviary, bird):
    from relasi.engine.screens.live_topics import allowed_topics

    wanted = f"activity:{bird.pk},inbox,activity.comment"
    for user, allowed in ((aviary.keeper, [f"activity:{bird.pk}", "inbox"]), (aviary.vet, ["inbox"])):
        with as_(user):
            assert allowed_topics(user, wanted) == allowed


def test_a_record_page_costs_no_more_with_much_hanging_on_it(
    aviary, bird, keeper, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    keeper.get(page(bird))
    with CaptureQueriesContext(
        connection,
    ) as few:
        keeper.get(page(bird))
    with as_(aviary.keeper):
        for number in range(8):
            put(find_or_make(f"T{number}"), [bird.pk])
            say(bird.pk, f"Halo {number}")
    with CaptureQueriesContext(connection) as many:
        keeper.get(page(bird))
    assert len(many) == len(few)
    keeper.get(page(bird, "timeline/"))
    with CaptureQueriesContext(connection) as timeline:
        keeper.get(page(bird, "timeline/"))
    assert len(timeline) < 25
    assert Notification.objects.count() == 0
