"""Custom field: what an admin adds to the records of a module, and how it behaves and shows."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relasi.engine.access.triggers import access_triggers
from relasi.engine.customize.field_kind import CHOOSING, NUMBERS, REFERRING, UNIQUE, FieldKind, make_field
from relasi.engine.customize.key_of import free_key
from relasi.engine.customize.module_choice import ModuleField
from relasi.engine.customize.named import Named
from relasi.engine.customize.value import NewValues, add_lines
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Action, Related, Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.custom import HOME, PREFIX
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.numbers import DecimalField, IntegerField
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Refusal

# A record, its form and its index stay quick with so many.
MOST_FIELDS = 100


class CustomField(Named, Tracked):
    """key: the name of the field, under which values stand in `custom`. default_value: `default` in JSON form."""

    module = ModuleField(_("Module"), required=True)
    kind = ChoiceField(FieldKind, _("Kind"), required=True, max_length=20)
    help = TextField(_("Hint"), help_text=_("Stands under the field in forms."))
    help_en = TextField(_("Hint in English"))
    target = ModuleField(_("Refers to"), help_text=_("The module whose records are chosen. For references."))
    required = BooleanField(_("Must be filled in"))
    unique = BooleanField(_("No value twice"))
    default = TextField(_("Value of new records"))
    places = IntegerField(
        _("Decimals"), min=0, max=6, help_text=_("For decimals and percentages; 2 without.")
    )
    least = DecimalField(_("At least"), places=6, max_digits=24)
    most = DecimalField(_("At most"), places=6, max_digits=24)
    in_list = BooleanField(_("Column of the list"))
    searched = BooleanField(_("Found by search"), help_text=_("For texts, addresses and phone numbers."))
    indexed = BooleanField(
        _("Indexed"), help_text=_("Filters and sorting by it stay quick among many records.")
    )
    position = IntegerField(_("Order"), min=0, default=0, grouped=False)
    active = BooleanField(
        _("Active"), default=True, help_text=_("Turned off, it shows nowhere and keeps its values.")
    )
    key = TextField(_("Key"), max_length=60, editable=False, null=False, default="")
    default_value = HiddenField(null=True)

    class Meta(Tracked.Meta):
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        triggers = access_triggers()
        constraints = [models.UniqueConstraint(fields=["module", "key"], name="custom_field_key")]

    class Module(Declaration):
        slug = "custom-fields"
        area = "settings"
        icon = "type"
        title = "name"
        other_titles = "name_en"
        columns = ["name", "module", "kind", "required", "in_list", "position", "active"]
        filters = ["module", "kind", "active"]
        sort = ["module", "position"]
        form = [
            Section(_("Field"), "module kind target name name_en help help_en"),
            Section(_("Values"), "required unique default places least most"),
            Section(_("Where it shows"), "in_list searched indexed position active"),
        ]
        facts = [*form, Section(_("Programs"), "key")]
        page = [Related("customize.CustomValue", by="field", columns=["tone", "position", "active"])]
        actions = [
            Action(
                "add_values", _("Add values"), icon="plus", form="asked_values",
                ask=("values_given",), when=lambda field: field.kind in CHOOSING,
            )
        ]  # fmt: skip

    @property
    def home(self) -> Any:
        """The module it belongs to; None for one that is gone."""
        return registry.module(self.module) if registry.knows(self.module) else None

    def before_save(self, change: Any) -> None:
        if change.is_new:
            self.key = self._free_key()
        if change.is_new and not self.position:
            siblings = CustomField._base_manager.filter(module=self.module, trashed_at=None)
            self.position = (siblings.aggregate(last=models.Max("position"))["last"] or 0) + 1
        if self.kind != "reference":
            self.target = None

    def _free_key(self) -> str:
        """Made of its English name. Keys of deleted fields stay theirs, with the values that stand under them."""
        keys = set(CustomField._base_manager.filter(module=self.module).values_list("key", flat=True))
        # A reference keeps its id under another name, which no field may have either.
        taken = {*keys, *(f"{key}_id" for key in keys), *(key.removesuffix("_id") for key in keys)}
        return free_key(self.name_en or self.name, taken, PREFIX)

    @property
    def column(self) -> str:
        """The key of `custom` its values stand under."""
        return f"{self.key}_id" if self.kind in REFERRING else self.key

    def clean(self, change: Any = None) -> None:
        if change is not None and not change.is_new:
            for name in ("module", "kind", "target"):
                if change.has(name):
                    message = _("This stays as it was made: values depend on it. Add another field instead.")
                    raise Refusal(name, "INVALID_TRANSITION", message)
        if change is not None and change.is_new:
            self._check_room()
        if self.kind == "reference" and not self.target:
            raise Refusal("target", "REQUIRED", _("Choose the module whose records are chosen."))
        self._check_limits()
        if self.unique and self.kind not in UNIQUE:
            raise Refusal(
                "unique", "INVALID_VALUE", _("Values of this kind may be the same in several records.")
            )
        if self.unique and change is not None and change.has("unique") and self._twice():
            raise Refusal(
                "unique", "NOT_UNIQUE", _("Some records have the same value already. Change them first.")
            )
        self._read_default()

    def _check_room(self) -> None:
        count = CustomField._base_manager.filter(module=self.module, trashed_at=None).count()
        if count >= MOST_FIELDS:
            message = _("A module has at most %(most)s fields of your own.") % {"most": MOST_FIELDS}
            raise Refusal("module", "OUT_OF_RANGE", message)

    def _check_limits(self) -> None:
        if self.least is not None and self.most is not None and self.least > self.most:
            raise Refusal("most", "OUT_OF_RANGE", _("This is less than the least value."))
        if self.kind not in NUMBERS and (self.least is not None or self.most is not None):
            raise Refusal("least", "INVALID_VALUE", _("Only numbers have limits."))

    def _read_default(self) -> None:
        """Keeps the default as its kind stores it, so that it means the same in every language."""
        self.default_value = None
        if not self.default:
            return
        kind = kind_of(make_field(self, self.options()))
        try:
            self.default_value = kind.to_json(kind.parse(self.default))
        except Invalid as wrong:
            raise Refusal("default", wrong.code, wrong.message)

    def options(self) -> list[Any]:
        """Its values, of a field that is chosen from a list."""
        if self.pk is None or self.kind not in CHOOSING:
            return []
        values: Any = registry.module("customize.CustomValue").model._base_manager
        return [
            one.option for one in values.filter(field=self.pk, trashed_at=None).order_by("position", "pk")
        ]

    def rows_with_value(self) -> Any:
        """The records, in the bin or not, that have a value."""
        return self.home.model._base_manager.filter(**{f"{HOME}__has_key": self.column})

    def _twice(self) -> bool:
        path = f"{HOME}__{self.key}"
        rows = self.rows_with_value().filter(trashed_at=None).order_by().values(path)
        return rows.annotate(n=models.Count("pk")).filter(n__gt=1).exists()

    def before_trash(self) -> None:
        count = self.rows_with_value().filter(trashed_at=None).count() if self.home is not None else 0
        if count:
            message = ngettext(
                "%(n)s record has a value here. It goes out of sight with the field, and comes back when you undo this.",
                "%(n)s records have a value here. They go out of sight with the field, and come back when you undo this.",
                count,
            )  # fmt: skip
            raise Refusal("", "LOCKED", message % {"n": count}, confirm="trash")

    def asked_values(self) -> Any:
        return NewValues()

    def add_values(self, values_given: str | None = None) -> CustomField:
        """One value for each line. Raises Refused."""
        add_lines(registry.module("customize.CustomValue").model, self, values_given or "")  # type: ignore[arg-type]
        return self
