"""What a module declares: optional by default, empty is NULL, and migrations know nothing of it."""

import pytest
from django.db import models

from relasi.engine import fields
from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.owner import Owner
from relasi.engine.declare.computed import computed
from relasi.engine.fields.computed import kind_for_computed
from relasi.engine.fields.kind import kind_named, kind_of
from relasi.engine.records.write import create
from tests.fakes.models import Parrot

MADE = [
    fields.AddressField("A"), fields.BooleanField("A"), fields.ChoiceField([("a", "A")], "A"),
    fields.CurrencyField("A"), fields.DateField("A"), fields.DateTimeField("A"), fields.DecimalField("A"),
    fields.EmailField("A"),
    fields.HiddenField("A"), fields.ImageField("A"), fields.IntegerField("A", min=1), fields.LongTextField("A"),
    fields.MoneyField("A", currency_field="x"), fields.MultiChoiceField([("a", "A")], "A"), fields.NumberField("A"),
    fields.OwnerField("A"), fields.PercentField("A", bar=True), fields.PhoneField("A", aliases="HP|Mobile"),
    fields.ReferenceField("fakes.Cage", verbose_name="A"), fields.ReferencesField("fakes.Cage", "A"),
    fields.RichTextField("A"), fields.TextField("A", secret=True, required=True), fields.UrlField("A"),
]  # fmt: skip


@pytest.mark.parametrize("field", MADE, ids=lambda field: type(field).__name__)
def test_a_migration_sees_the_plain_django_class_and_no_words(field):
    _name, path, args, kwargs = field.deconstruct()
    assert path.startswith("django.db.models.")
    plain = getattr(models, path.rpartition(".")[2])
    twin = plain(*args, **kwargs)
    assert twin.deconstruct()[1:] == (path, args, kwargs)
    assert type(field.clone()) is plain
    assert field.clone().null == field.null
    assert not {"verbose_name", "help_text", "choices"} & kwargs.keys()


def test_every_field_a_module_may_use_is_here():
    assert {type(field).__name__ for field in MADE} == set(fields.__all__) - {"Choices"}


def test_a_field_is_optional_unless_required():
    optional, required = fields.TextField("A"), fields.TextField("A", required=True)
    assert (optional.null, optional.blank) == (True, True)
    assert (required.null, required.blank) == (False, False)
    for field, expected in ((optional, False), (required, True)):
        field.set_attributes_from_name("a")
        assert kind_of(field).required is expected


def test_a_field_knows_its_other_headings_and_whether_it_is_secret():
    phone, secret = kind_of(Parrot._meta.get_field("name")), kind_of(Parrot._meta.get_field("password"))
    assert phone.aliases == ("Nama Burung", "Bird")
    assert (phone.secret, secret.secret) == (False, True)


def test_every_field_of_a_record_has_a_kind_of_its_own():
    kinds = [kind_of(field) for field in Parrot._meta.fields]
    assert all(kind.field.model is Parrot for kind in kinds)
    assert all(kind.key == kind.field.name for kind in kinds)


@pytest.mark.django_db
def test_an_empty_value_is_null_in_the_database():
    Owner.objects.create(pk=900, kind="user", name="Ayu")
    empty = {
        "nickname": " ",
        "story": "",
        "colours": [],
        "home": {"city": ""},
        "friends": "",
        "diet": "<p></p>",
    }
    with acting(SYSTEM):
        bird = create(Parrot, {"name": "Beo", "owner": 900, **empty})
        for name in empty:
            assert Parrot.objects.filter(pk=bird.pk, **{f"{name}__isnull": True}).exists(), name


def test_an_empty_value_saved_by_the_orm_is_null_too():
    for field in (fields.TextField(), fields.MultiChoiceField(), fields.AddressField()):
        for value in ("", [], {}):
            assert field.get_db_prep_save(value, None) is None


class Bird:
    born = 2020

    @computed("Age", kind="integer", sorts_by=models.F("born") * -1)
    def age(self):
        return 2026 - self.born

    @computed("Call")
    def call(self):
        return "Kaaak"


def test_a_computed_value_looks_like_its_kind_and_cannot_be_typed():
    age, call = kind_for_computed(Bird.age), kind_for_computed(Bird.call)
    assert (age.name, age.cell_class, age.label) == ("integer", "r num", "Age")
    assert age.value_of(Bird()) == 6
    assert age.cell(1250, None) == "1.250"
    assert not age.editable
    assert "gte" in age.operators
    assert call.operators == ()
    assert not call.sortable
    assert kind_for_computed(Bird.age) is age


def test_an_amount_worked_out_is_in_the_currency_of_its_record():
    kind = kind_for_computed(Parrot.double_price)
    assert kind.text_of(Parrot(price=5, currency="USD")) == "USD\u00a010,00"


def test_a_kind_is_found_by_name():
    assert kind_named("money").__name__ == "MoneyKind"
    with pytest.raises(LookupError):
        kind_named("feeling")
