"""Operators: every kind's have words, and a condition reads like a sentence."""

from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields import (
    BooleanField,
    ChoiceField,
    Choices,
    DateField,
    DateTimeField,
    IntegerField,
    MoneyField,
    MultiChoiceField,
    PercentField,
    PhoneField,
    TextField,
)
from relasi.engine.fields import kind as kinds
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.operators import explain, operator_of, operators_of, phrase
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from tests.engine.fields.conftest import bound
from tests.fakes.models import Parrot


class Stage(Choices):
    NEW = "new", "Baru"
    OFFER = "offer", "Penawaran"
    WON = "won", "Menang"
    LOST = "lost", "Kalah"


AMOUNT = bound(MoneyField("Nilai"))
STAGE = bound(ChoiceField(Stage, "Tahap"))
TOPICS = bound(MultiChoiceField(Stage, "Topik"))

SENTENCES = [
    (AMOUNT, "gte", 100_000_000, "Nilai ≥ Rp 100 jt", "Nilai ≥ Rp 100 mn"),
    (AMOUNT, "between", [1_500_000, 3_240_500_000], "Nilai Rp 1,5 jt–Rp 3,24 M", "Nilai Rp 1.5 mn–Rp 3.24 bn"),
    (STAGE, "is_not", "lost", "Tahap selain Kalah", "Tahap except Kalah"),
    (STAGE, "in", ["offer"], "Tahap Penawaran", "Tahap Penawaran"),
    (STAGE, "in", ["new", "offer", "won", "lost"], "Tahap Baru, Penawaran, Menang +1", None),
    (TOPICS, "all", ["new", "won"], None, "Topik has all of Baru, Menang"),
    (bound(TextField("Kota")), "contains", "ban", None, "Kota contains “ban”"),
    (bound(TextField("Kota")), "empty", None, None, "Kota is empty"),
    (bound(DateField("Tutup")), "on", "2026-11-23", "Tutup 23 Nov 2026", "Tutup 23 Nov 2026"),
    (bound(DateTimeField("Dibuat")), "on", "2026-11-23", "Dibuat 23 Nov 2026", "Dibuat 23 Nov 2026"),
    (bound(DateTimeField("Dibuat")), "between", ["2026-08-01", "2026-08-31"], "Dibuat 1 Agu 2026–31 Agu 2026", None),
    (bound(DateField("Tutup")), "last_n_days", 7, None, "Tutup in the last 7 days"),
    (bound(DateField("Tutup")), "this_month", None, None, "Tutup this month"),
    (bound(IntegerField("Karyawan")), "is", 1250, "Karyawan = 1.250", "Karyawan = 1,250"),
    (bound(PercentField("Peluang")), "lt", Decimal("12.5"), "Peluang < 12,5%", "Peluang < 12.5%"),
    (bound(BooleanField("Aktif")), "is", True, "Aktif Ya", "Aktif Yes"),
    (bound(PhoneField("HP")), "is", "+6281234567810", "HP 0812-3456-7810", "HP +62 812-3456-7810"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "operator", "operand", "indonesian", "english"), SENTENCES)
def test_a_condition_reads_like_a_sentence(kind, operator, operand, indonesian, english):
    for reader, expected in ((INDONESIAN, indonesian), (ENGLISH, english)):
        if expected is not None:
            assert explain(kind, operator, operand, reader).replace("\u00a0", " ") == expected


def test_the_phrase_stands_without_its_field():
    assert phrase(STAGE, "is_not", "lost", INDONESIAN) == "selain Kalah"


@pytest.mark.parametrize("field", Parrot._meta.fields, ids=lambda field: field.name)
def test_every_operator_of_every_kind_has_words_and_a_number_of_values(field):
    kind = kind_of(field)
    for operator in operators_of(kind):
        assert str(operator.label)
        assert operator.arity in ("none", "one", "two", "many")
        assert ("%(value)s" in str(operator.phrase)) == (operator.arity != "none")


def test_labels_of_one_kind_differ_from_each_other():
    for one in kinds._NAMED.values():
        labels = [str(operator_of(one, name).label) for name in one.operators]
        assert len(labels) == len(set(labels)), one


def test_an_operator_of_another_kind_is_refused():
    with pytest.raises(Invalid):
        operator_of(AMOUNT, "contains")
    with pytest.raises(Invalid):
        explain(AMOUNT, "nonsense", 1)
    assert str(_("Yes"))
