"""What hangs on records that are merged: it moves along, twins become one, and an undo puts everything back."""

from relasi.engine.activity.comment import Comment, say
from relasi.engine.activity.follow import follow, followed_among
from relasi.engine.activity.tag import find_or_make, usage
from relasi.engine.activity.tagging import put, tags_on
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.merge import merge
from relasi.engine.records.undo import revert
from tests.engine.activity.telling import as_
from tests.engine.aviary import again, parrot
from tests.fakes.models import Parrot


def test_what_hangs_on_both_is_on_the_survivor_once_and_comes_apart_by_undo(aviary):
    one, other = parrot(aviary.keeper), parrot(aviary.keeper)
    with as_(aviary.keeper):
        both, his = find_or_make("keduanya"), find_or_make("miliknya")
        put(both, [one.pk, other.pk])
        put(his, [other.pk])
        follow([one.pk, other.pk])
        said = say(other.pk, "Halo")
    with as_(aviary.keeper):
        _saved, change_set = merge(registry.of(Parrot), one.pk, [other.pk], {})
    with as_(aviary.keeper):
        assert [tag.name for tag in tags_on(aviary.keeper, [one.pk])[one.pk]] == ["keduanya", "miliknya"]
        assert usage([both.pk]) == {both.pk: 1}
        assert followed_among(aviary.keeper, [one.pk, other.pk]) == {one.pk}
        assert again(said).record_id == one.pk
        revert(ChangeSet.objects.get(pk=change_set))
    with as_(aviary.keeper):
        assert [tag.name for tag in tags_on(aviary.keeper, [other.pk])[other.pk]] == ["keduanya", "miliknya"]
        assert followed_among(aviary.keeper, [one.pk, other.pk]) == {one.pk, other.pk}
        assert Comment._base_manager.get(pk=said.pk).record_id == other.pk
