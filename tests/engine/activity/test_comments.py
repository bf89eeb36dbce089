"""Comments: said on a record, seen by whoever sees it, with mentions, answers and a history."""

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.activity.comment import Comment, rewrite, say, take_back, unseeing
from relasi.engine.activity.mention import drawn, mentioned, people_who_see
from relasi.engine.activity.notification import News
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.recycle_bin import purge
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import trash, update
from tests.engine.activity.telling import as_, everything_told, news_of, sentences
from tests.engine.aviary import again, parrot
from tests.fakes.models import Parrot
from tests.fingerprint import unchanged
from tests.people import set_mode


@pytest.fixture
def bird(aviary):
    set_mode("fakes.parrot", "public_edit")
    return parrot(aviary.keeper)


def said(user, record, text, **how):
    with as_(user):
        return say(record.pk, text, **how)


def test_a_comment_is_seen_by_who_sees_the_record_and_by_nobody_else(aviary):
    bird = parrot(aviary.keeper)
    said(aviary.keeper, bird, "Halo")
    for user, count in [(aviary.keeper, 1), (aviary.manager, 1), (aviary.admin, 1), (aviary.vet, 0),
                        (aviary.stranger, 0), (aviary.suspended, 0)]:  # fmt: skip
        with acting(user):
            assert Comment.objects.count() == count


def test_nobody_comments_on_what_they_may_not_see_or_what_is_deleted(aviary):
    bird = parrot(aviary.keeper)
    with unchanged(), pytest.raises(Refused):
        said(aviary.vet, bird, "Halo")
    with as_(aviary.keeper):
        trash(Parrot, [bird.pk])
    with unchanged(), pytest.raises(Refused):
        said(aviary.keeper, bird, "Halo")


def test_who_may_only_read_may_comment(aviary):
    set_mode("fakes.parrot", "public_read")
    bird = parrot(aviary.keeper)
    said(aviary.vet, bird, "Boleh saya lihat?")
    assert Comment._base_manager.count() == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 32_001])
def test_an_empty_or_endless_comment_is_refused(aviary, bird, text):
    with unchanged(), pytest.raises(Refused):
        said(aviary.keeper, bird, text)


def test_a_mention_is_told_at_once_and_opens_the_comment(aviary, bird):
    comment = said(aviary.keeper, bird, "@putu tolong cek, @Made juga")
    (one,) = news_of(aviary.peer)
    assert one.plain == f"Komang mentioned you: {bird.name}"
    assert one.url == f"/r/{bird.pk}/#comment-{comment.pk}"
    assert one.text.startswith("@putu tolong")
    assert len(news_of(aviary.manager)) == 1
    assert one.notification.mail_at is not None


def test_nobody_is_told_of_their_own_words(aviary, bird):
    said(aviary.keeper, bird, "@komang catatan untuk diri sendiri")
    assert not News.objects.exists() and everything_told(aviary.keeper) == []


def test_who_may_not_see_the_record_is_named_and_not_told(aviary):
    bird = parrot(aviary.keeper)
    comment = said(aviary.keeper, bird, "@vina lihat ini")
    index = RecordIndex.objects.get(pk=bird.pk)
    with acting(aviary.keeper):
        assert unseeing(index, comment) == [aviary.vet]
    assert everything_told(aviary.vet) == []


def test_an_edit_tells_those_it_mentions_anew_and_keeps_the_old_words(aviary, bird):
    comment = said(aviary.keeper, bird, "@putu halo")
    everything_told(aviary.peer)
    with as_(aviary.keeper):
        rewrite(comment, "@putu dan @vina halo")
    assert len(everything_told(aviary.peer)) == 1
    assert sentences(aviary.vet) == [f"Komang mentioned you: {bird.name}"]
    row = ChangeRow.objects.get(record_id=comment.pk, kind="u")
    assert row.before["text"] == "@putu halo" and again(comment).edited


def test_only_the_writer_changes_or_deletes_a_comment(aviary, bird):
    comment = said(aviary.keeper, bird, "Halo")
    for user in (aviary.vet, aviary.manager, aviary.admin):
        with unchanged(), as_(user), pytest.raises(Refused):
            update(again(comment), {"text": "Diubah"})
        with unchanged(), as_(user), pytest.raises(Refused):
            take_back(again(comment))


def test_a_deleted_comment_comes_back_by_undo(aviary, bird):
    comment = said(aviary.keeper, bird, "Halo")
    with as_(aviary.keeper):
        change_set = take_back(comment)
    assert again(comment).trashed_at is not None
    with as_(aviary.keeper):
        revert(ChangeSet.objects.get(pk=change_set))
    assert again(comment).trashed_at is None


def test_a_comment_taken_back_by_undo_is_gone_from_the_inbox(aviary, bird):
    with as_(aviary.keeper) as stretch:
        say(bird.pk, "@putu halo")
    assert len(news_of(aviary.peer)) == 1
    with as_(aviary.keeper):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert news_of(aviary.peer) == []


def test_an_answer_is_told_to_the_thread_and_stands_one_level_deep(aviary, bird):
    first = said(aviary.peer, bird, "Berapa umurnya?")
    answer = said(aviary.vet, bird, "Dua tahun", reply_to=first.pk)
    assert sentences(aviary.peer) == [f"Vina answered your comment: {bird.name}"]
    again_ = said(aviary.keeper, bird, "Tiga", reply_to=answer.pk)
    assert again_.reply_to_id == first.pk
    assert f"Komang answered your comment: {bird.name}" in sentences(aviary.vet)


def test_a_comment_does_not_move_to_another_record(aviary, bird):
    comment = said(aviary.keeper, bird, "Halo")
    other = parrot(aviary.keeper)
    with unchanged(), as_(aviary.keeper), pytest.raises(Refused):
        update(again(comment), {"record": other.pk})
    with unchanged(), pytest.raises(Refused):
        said(aviary.keeper, other, "Jawab", reply_to=comment.pk)


def test_the_owner_hears_of_comments_once_however_many_reasons(aviary, bird):
    said(aviary.peer, bird, "Halo @komang")
    assert sentences(aviary.keeper) == [f"Putu mentioned you: {bird.name}"]
    said(aviary.peer, bird, "Satu lagi")
    assert f"Putu commented: {bird.name}" in sentences(aviary.keeper)


def test_the_longest_username_is_meant_and_an_address_is_no_mention(aviary):
    assert mentioned("Tanya komang@contoh.id atau @komang.") == {"komang": aviary.keeper.pk}
    assert mentioned("@komanglain @@putu x@vina") == {"putu": aviary.peer.pk}
    assert mentioned("@lepas") == {}


def test_hostile_words_are_drawn_as_words(aviary):
    text = '<script>alert(1)</script> @putu "><img src=x> https://contoh.id/?a=1&b=2. javascript:alert(1)'
    shown = drawn(text, {"putu": aviary.peer.pk}, {aviary.peer.pk: "<b>Putu</b>"}, None)
    assert "<script" not in shown and "<img" not in shown and "<b>" not in shown
    assert 'href="https://contoh.id/?a=1&amp;b=2"' in shown and 'href="javascript' not in shown
    assert "@&lt;b&gt;Putu" in shown


def test_only_those_who_see_the_record_are_suggested(aviary):
    bird = parrot(aviary.keeper)
    module = registry.of(Parrot)
    with acting(aviary.keeper):
        names = {person.username for person in people_who_see(module, bird)}
        assert {"komang", "made", "ayu"} <= names and not names & {"vina", "orang", "lepas"}
        assert [p.username for p in people_who_see(module, bird, "mad")] == ["made"]


def test_the_words_of_a_purged_record_are_gone(aviary, bird):
    comment = said(aviary.keeper, bird, "Rahasia besar")
    said(aviary.peer, bird, "Jawab", reply_to=comment.pk)
    with as_(aviary.keeper):
        rewrite(comment, "Rahasia kecil")
        trash(Parrot, [bird.pk])
    with as_(aviary.admin):
        assert purge(registry.of(Parrot), [bird.pk]) == 1
    assert not Comment._base_manager.exists()
    for row in ChangeRow.objects.filter(record_id=comment.pk):
        assert "Rahasia" not in f"{row.before} {row.after}"
