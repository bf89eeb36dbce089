"""What a module declares, with the defaults for all it leaves out, and the bound form the engine reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import Computed
from relasi.engine.declare.one_row import OneRow
from relasi.engine.declare.words import Action, Board, C, Calendar, FinalNumber, Match, Section, View


class Declaration:
    """Attributes a model's inner `class Module` may set. Each has a default; what is absent is derived."""

    slug: str = ""  # in addresses: /contacts/
    area: str = ""  # the menu group; "settings" keeps a module out of the menu and for admins alone
    icon: str = "file"
    number: str = ""  # "CON-{n:05}"; may hold {year}
    final_number: FinalNumber | None = None  # the number it gets later, when it becomes binding
    title: str = ""  # names of the fields that make the title, joined by a space
    subtitle: str = ""  # the field shown beside the title in search results and related panels
    columns: Sequence[str] = ()
    filters: Sequence[str] = ()
    sort: Sequence[str] = ("-changed_at",)
    search: Mapping[str, str] = {}
    form: Sequence[Section] = ()
    quick: str = ""  # names of the fields of the quick-create drawer
    page: Sequence[Any] = ()
    facts: Sequence[Section] = ()  # what the left pane of the page shows; default: the form's sections
    headline: str = ""  # names of facts in the page header; at most two that are numbers
    fill: Mapping[str, str] = {}
    actions: Sequence[Action] = ()
    board: Board | None = None
    calendar: Calendar | None = None
    # (field, values): records with one of these values are seen by their owner and co-owners alone, whoever else could.
    confidential: tuple[str, Sequence[str]] | None = None
    views: Sequence[View] = ()
    menu: Sequence[
        tuple[str, Any, Any, Mapping[str, Any]]
    ] = ()  # more entries: (slug, plural, singular, fixed values)
    # Field name ("address.city" for a part) -> other column headings, separated by |.
    aliases: Mapping[str, str] = {}
    # What an import may know a stored record by.
    matches: Mapping[str, Match] = {}
    # Column headings, separated by | -> dotted path of a function: the text of a cell -> texts by field name.
    columns_from: Mapping[str, str] = {}
    # Dotted path of a function that sets a row's texts (by field name) to rights, in place.
    tidy_row: str = ""
    # Suffix of a foreign file -> dotted path of a function: its bytes -> a dictionary for each record.
    readers: Mapping[str, str] = {}
    # Suffix of such a file -> dotted path of the CardWriter that writes its records.
    writers: Mapping[str, str] = {}
    required_to_find: str = ""  # field names a form of another module may create this record from
    doubles: str = ""  # dotted path of the function that finds likely doubles
    closed: Any = None  # a Q: which records are closed, and so stay with a colleague who leaves
    light: str = ""  # the verbs a light agent keeps in this module
    words: str = ""  # other words people use for this module, for search
    part_of: str = (
        ""  # the reference to the record this one is a part of; who may see and change it follows from that
    )
    editor: str = ""  # dotted path of the module whose create_page and edit_page stand in for the form
    lines: str = ""  # the module of its lines ("sales.QuoteLine"), which are written with it and never alone
    # Its rows say themselves who may do what with them: `permits(user, verb)` of one, `permitted_q(user, verb, path)` of
    # many. It has no pages of its own.
    self_ruled: bool = False
    # Whether an undo takes back its rows although nobody deletes them by hand. They are parts of a record.
    taken_back: bool = False
    # The reference to the index row of the record of any module it hangs on; it goes for good together with that record.
    hangs_on: str = ""
    verbs: Sequence[str] = (
        "view",
        "create",
        "edit",
        "delete",
    )  # all that may be done with its records by hand
    other_titles: str = ""  # names of the fields that hold its title in other languages
    tone: str = ""  # the field with the tone its title has wherever another record refers to it
    # Whether the archive of the whole company holds its rows: not those that open something, such as tokens.
    archived: bool = True


DECLARABLE = frozenset(name for name in vars(Declaration) if not name.startswith("_"))


class Module:
    """One kind of record as the engine sees it: its model and everything declared or derived."""

    def __init__(self, model: type[models.Model], declaration: type[Declaration]):
        self.model = model
        self.declaration = declaration
        self.label: str = model._meta.label  # "customers.Contact"
        self.key: str = model._meta.label_lower  # "customers.contact"
        self.table: str = model._meta.db_table

    def __getattr__(self, name: str) -> Any:
        if name in DECLARABLE:
            return getattr(self.declaration, name)
        raise AttributeError(name)

    def __repr__(self) -> str:
        return f"<Module {self.label}>"

    @cached_property
    def slug(self) -> str:
        return self.declaration.slug or f"{self.model._meta.model_name}s"

    @property
    def name(self) -> Any:
        return capfirst(self.model._meta.verbose_name)

    @property
    def plural(self) -> Any:
        return capfirst(self.model._meta.verbose_name_plural)

    @property
    def custom(self) -> dict[str, Any]:
        """The fields an admin added, by name. Their values stand in the JSON column `custom`."""
        return self.model._meta.__dict__.get("custom_fields", {})

    @cached_property
    def custom_columns(self) -> frozenset[str]:
        return frozenset(field.attname for field in self.custom.values())

    def redeclare(self) -> None:
        """Forgets what was derived, because its custom fields are others now."""
        for name, value in vars(Module).items():
            if isinstance(value, cached_property):
                self.__dict__.pop(name, None)

    @cached_property
    def fields(self) -> dict[str, models.Field]:
        """Every field of the record by name: those declared, those an admin added, and the base fields last."""
        own: dict[str, models.Field] = {}
        base: dict[str, models.Field] = {}
        above: list[Any] = [parent for parent in self.model.__mro__[1:] if _is_abstract(parent)]
        shared = {field.name for parent in above for field in parent._meta.fields}
        for field in self.model._meta.concrete_fields:
            (base if field.name in shared else own)[field.name] = field
        return {**own, **self.custom, **base}

    @cached_property
    def computed(self) -> dict[str, Computed]:
        found = {}
        for parent in reversed(self.model.__mro__):
            found.update({name: value for name, value in vars(parent).items() if isinstance(value, Computed)})
        return found

    @cached_property
    def title_fields(self) -> list[str]:
        if self.declaration.title:
            return self.declaration.title.split()
        return ["name"] if "name" in self.fields else ["number"]

    @cached_property
    def naming_field(self) -> str:
        """The field whose column in a list holds the title: it sorts and filters there."""
        return next((name for name in self.columns if name in self.title_fields), self.title_fields[0])

    @cached_property
    def is_settings(self) -> bool:
        return self.declaration.area == "settings"

    @property
    def has_one_row(self) -> bool:
        return issubclass(self.model, OneRow)

    @cached_property
    def is_record(self) -> bool:
        """Whether it has the base of a business record: number, owner, search index."""
        return "owner" in self.fields

    @cached_property
    def whole(self) -> Any:  # who asks knows whether it is a part
        """The reference to the record this one is a part of, None for a record of its own."""
        return self.fields[self.declaration.part_of] if self.declaration.part_of else None

    @cached_property
    def lines_module(self) -> Any:  # who asks knows whether it has lines
        """The module of its lines."""
        from relasi.engine.declare.registry import registry

        return registry.module(self.declaration.lines) if self.declaration.lines else None

    @cached_property
    def is_line(self) -> bool:
        """Whether its rows are lines, written with the record they belong to and never alone."""
        from relasi.engine.declare.registry import registry

        return self.whole is not None and registry.of(self.whole.related_model).lines_module is self

    @cached_property
    def sections(self) -> list[Section]:
        return [*self._declared_sections, *self._added_section]

    @property
    def _declared_sections(self) -> list[Section]:
        if self.declaration.form:
            return list(self.declaration.form)
        names = [
            name
            for name, field in self.fields.items()
            if field.editable and not field.primary_key and name not in self.custom
        ]
        return [Section(self.name, " ".join(names))]

    @property
    def _added_section(self) -> list[Section]:
        return [Section(_("More details"), " ".join(self.custom))] if self.custom else []

    @cached_property
    def facts(self) -> list[Section]:
        """What the left pane of the page shows where it differs from the form; empty where it does not."""
        return [*self.declaration.facts, *self._added_section] if self.declaration.facts else []

    @cached_property
    def search(self) -> dict[str, str]:
        """Field name -> weight of its words in the search index."""
        added = {name: C for name, field in self.custom.items() if field.searched}
        return {**self.declaration.search, **added}

    @cached_property
    def form_fields(self) -> list[str]:
        return [name for section in self.sections for name in section.fields]

    @cached_property
    def quick_fields(self) -> list[str]:
        if self.declaration.quick:
            asked = [name for name, field in self.custom.items() if not field.blank]
            return [*self.declaration.quick.split(), *asked]
        return [
            n for n in self.form_fields if n in self.fields and not self.fields[n].blank
        ] or self.form_fields[:6]

    @cached_property
    def columns(self) -> list[str]:
        declared = list(self.declaration.columns) or [*self.title_fields, *self.form_fields[:5]]
        return [*declared, *(name for name, field in self.custom.items() if field.in_list)]

    def has(self, name: str) -> bool:
        return name in self.fields or name in self.computed


def _is_abstract(model: Any) -> bool:
    return hasattr(model, "_meta") and model._meta.abstract
