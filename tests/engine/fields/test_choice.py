"""Choices: found by key, label or alias, shown in their tone, sorted in their own order."""

import pytest
from django.db import connection
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.owner import Owner
from relasi.engine.declare.registry import registry
from relasi.engine.fields import ChoiceField, Choices, MultiChoiceField
from relasi.engine.fields.choice import Option
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, kind_of
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from relasi.engine.records.write import Draft, write
from relasi.users.user import User
from tests.engine.fields.conftest import bound
from tests.fakes.models import Parrot


class Answer(Choices):
    YES = "yes", _("Yes"), "hijau", "oke|setuju sekali"
    NO = "no", _("No"), "merah"
    LATER = "later", "Later, maybe"


ONE = bound(ChoiceField(Answer, default=Answer.NO))
SEVERAL = bound(MultiChoiceField(Answer))


@pytest.mark.parametrize(
    "raw", ["yes", "YES", "Yes", " yes ", "Ya", "ya", "oke", "Setuju  Sekali", Answer.YES]
)
def test_a_value_is_found_by_key_label_and_alias_in_both_languages(raw):
    found = ONE.parse(raw)
    assert found == "yes"
    assert type(found) is str


def test_what_is_not_in_the_list_is_refused_and_the_list_is_told():
    with pytest.raises(Invalid) as refused:
        ONE.parse("perhaps")
    assert "Later, maybe" in str(refused.value.message)


def test_a_choice_is_its_key_everywhere():
    assert Answer.YES == "yes"
    assert str(Answer.YES) == "yes"
    assert [answer.value for answer in Answer] == ["yes", "no", "later"]
    assert (Answer.YES.tone, Answer.LATER.tone) == ("hijau", "")
    assert type(ONE.field.get_default()) is str


def test_a_toned_value_is_a_badge_and_another_is_text_in_the_language_of_the_reader():
    assert ONE.cell("yes", None, INDONESIAN) == '<span class="badge" data-tone="hijau">Ya</span>'
    assert ONE.cell("yes", None, ENGLISH) == '<span class="badge" data-tone="hijau">Yes</span>'
    assert ONE.cell("later", None, ENGLISH) == "Later, maybe"
    assert ONE.cell("<gone>", None, ENGLISH) == "&lt;gone&gt;"
    assert ONE.cell(None) == EMPTY_CELL


def test_a_retired_value_is_shown_but_no_longer_offered():
    kind = bound(ChoiceField([Option("a", "A"), Option("b", "B", active=False)]))
    assert kind.show("b") == "B"
    assert [key for key, _label in kind.listed("a", INDONESIAN)] == ["a"]
    assert [key for key, _label in kind.listed("b", INDONESIAN)] == ["a", "b"]
    assert kind.listed("typed", INDONESIAN)[-1] == ("typed", "typed")


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        (["no", "yes", "no"], ["yes", "no"]),
        ("no; Ya", ["yes", "no"]),
        ("yes,no", ["yes", "no"]),
        ("Later, maybe", ["later"]),
        ("Later, maybe; no", ["no", "later"]),
        ("", None),
        ([""], None),
        (None, None),
    ],
)
def test_several_values_are_kept_once_in_their_order(raw, stored):
    assert SEVERAL.parse(raw) == stored
    assert SEVERAL.parse(SEVERAL.typed(stored)) == stored


def test_one_wrong_value_among_several_is_refused():
    with pytest.raises(Invalid):
        SEVERAL.parse(["yes", "perhaps"])


def test_a_plain_django_field_with_choices_is_a_choice():
    kind = kind_of(User._meta.get_field("status"))
    assert kind.name == "choice"
    assert kind.parse("Active") == "active"


@pytest.mark.django_db
def test_a_list_sorts_by_the_order_of_the_values_not_by_their_keys():
    Owner.objects.create(pk=900, kind="user", name="Ayu")
    kind = kind_of(Parrot._meta.get_field("mood"))
    with acting(SYSTEM):
        moods = ["asleep", None, "angry", "calm", "loud", "retired"]
        drafts = [Draft({"name": "P", "owner": 900, "mood": mood}) for mood in moods]
        write(registry.of(Parrot), drafts, parsed=True)
        found = list(
            Parrot.objects.order_by(kind.order("mood").asc(nulls_last=True)).values_list("mood", flat=True)
        )
    assert found[:4] == ["calm", "loud", "angry", "asleep"]
    assert set(found[4:]) == {None, "retired"}
    assert connection.vendor == "postgresql"
