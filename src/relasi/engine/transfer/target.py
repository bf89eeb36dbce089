"""Targets: what a column of a file can fill in a module, and all the names it goes by, in every language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.door import fields_for
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.remembered import remembered
from relasi.engine.fields.auto_number import NumberField
from relasi.engine.fields.declared import CAME_WITH, declared_label
from relasi.engine.fields.kind import Kind, kind_of
from relasi.engine.fields.numbers import NumberKind
from relasi.engine.fields.owner import OwnerField
from relasi.engine.fields.reference import ReferenceKind
from relasi.engine.transfer.heading import plain

# In front of the first heading of a composite column: "*Full name" fills several fields from one cell.
COMPOSITE = "*"
# In front of the name of a field of the lines: "lines.quantity".
LINE_KEY = "lines"
# What a column of another program's file says beside the fields: the id of the record there, the one it was merged
# into, that it was deleted; and in front of the name of a reference, that the record referred to stands by its id.
THEIR_ID, MERGED_INTO, GONE, BY_THEIR_ID = "#id", "#merged", "#gone", "#id:"
_SAID = {
    THEIR_ID: gettext_lazy("Id in the other program"),
    MERGED_INTO: gettext_lazy("Id of what it was merged into there"),
    GONE: gettext_lazy("Deleted there: leave the row out"),
}


@dataclass(frozen=True)
class Target:
    """key: "email", "address.city", "lines.quantity", "*Full name", "#id" or "#id:account". function: of a composite,
    by its dotted path.

    line: it fills a field of the lines of the record.
    """

    key: str
    name: str  # of the field; of the first field for a composite ""
    kind: Kind | None = None
    part: str = ""
    function: str = ""
    line: bool = False
    names: dict[str, int] = field(default_factory=dict)  # plain heading -> how surely it means this

    @property
    def label(self) -> str:
        if self.key in _SAID:
            return str(_SAID[self.key])
        if self.function:
            return gettext(self.key.removeprefix(COMPOSITE))
        assert self.kind is not None
        if self.line:
            return gettext("Line › %(field)s") % {"field": self.kind.label}
        if self.by_their_id:
            return gettext("%(field)s, by its id there") % {"field": self.kind.label}
        if self.part:
            return f"{self.kind.label} › {self.kind.part(self.part).label}"
        return str(self.kind.label)

    def fills(self) -> set[str]:
        """Names of the fields a column of this target fills; a composite shows it with a word."""
        if self.line or self.key in _SAID:
            return set()
        return set(import_string(self.function)("X Y")) if self.function else {self.name}

    @property
    def by_their_id(self) -> bool:
        return self.key.startswith(BY_THEIR_ID)

    @property
    def of_other_program(self) -> bool:
        return self.by_their_id or self.key in _SAID

    @property
    def is_number(self) -> bool:
        return isinstance(self.kind, NumberKind)

    @property
    def is_reference(self) -> bool:
        return isinstance(self.kind, ReferenceKind)

    @property
    def may_create(self) -> bool:
        """Whether the record referred to can be made from its name alone, when it is not there yet."""
        if self.line or self.by_their_id or not self.is_reference or isinstance(self.kind.field, OwnerField):  # type: ignore[union-attr]
            return False
        other = self.kind.field.related_model  # type: ignore[union-attr]
        return registry.knows(other._meta.label) and bool(registry.of(other).required_to_find)


EXACT, ALIAS, LOOSE = 3, 2, 1


def targets_of(module: Module, user: Any) -> dict[str, Target]:
    """What this person may fill by an import, in the order of the form."""
    found = _targets(module)
    if user is SYSTEM:
        return dict(found)
    writable = fields_for(user, "create", module) | fields_for(user, "edit", module)
    # Of a line a person may write what they may see: `lines_step` says the same.
    seen = fields_for(user, "view", module.lines_module) if module.lines_module is not None else set()
    return {
        key: target
        for key, target in found.items()
        if not target.name or target.name in (seen if target.line else writable)
    }


@remembered
def _targets(module: Module) -> dict[str, Target]:
    found: dict[str, Target] = {}
    addresses = 0
    for name in _in_order(module):
        kind = kind_of(module.fields[name])
        names = _field_names(module, name, kind)
        parts = kind.parts()
        if not parts:
            found[name] = Target(name, name, kind, names=names)
        for part in parts:
            key = f"{name}.{part}"
            # An address in one column ("Alamat") is its street.
            whole = {} if part != next(iter(parts)) else names
            found[key] = Target(
                key, name, kind, part, names={**_part_names(module, kind, part, not addresses), **whole}
            )
        addresses += bool(parts)
    if module.lines_module is not None:
        found |= {one.key: one for one in _line_targets(module.lines_module, found)}
    for headings, function in module.columns_from.items():
        words = [heading.strip() for heading in headings.split("|")]
        names = {plain(word): EXACT for word in (*words, *in_all_languages(gettext_lazy(words[0])))}
        found[COMPOSITE + words[0]] = Target(COMPOSITE + words[0], "", function=function, names=names)
    return found | {one.key: one for one in _said_by_other_programs(module, found)}


def _said_by_other_programs(module: Module, found: dict[str, Target]) -> Iterator[Target]:
    """No heading means these by itself; a known source or a person does."""
    if not module.is_record:
        return
    yield from (Target(key, "") for key in _SAID)
    for name, target in list(found.items()):
        other = getattr(getattr(target.kind, "field", None), "related_model", None)
        if not target.is_reference or target.line or other is None or not registry.knows(other._meta.label):
            continue
        if registry.of(other).is_record:
            yield Target(BY_THEIR_ID + name, name, target.kind)


def _line_targets(lines: Module, of_record: dict[str, Target]) -> Iterator[Target]:
    """A name both sides have means the record, unless "line" stands before it."""
    taken = {name for target in of_record.values() for name in target.names}
    said = [plain(word) for word in (LINE_KEY, "line", *in_all_languages(gettext_lazy("Line")))]
    for name in _in_order(lines):
        kind = kind_of(lines.fields[name])
        if name in ("position", "number") or kind.parts():
            continue
        bare = _field_names(lines, name, kind)
        names = {word: sure for word, sure in bare.items() if word not in taken}
        names |= {f"{before} {word}": EXACT for before in said for word in bare}
        yield Target(f"{LINE_KEY}.{name}", name, kind, line=True, names=names)


def _in_order(module: Module) -> Iterator[str]:
    shown = [name for name in module.form_fields if name in module.fields]
    for name in dict.fromkeys([*shown, *module.fields]):
        field = module.fields[name]
        # A number is never written by an import, but it finds the record the row means.
        if isinstance(field, NumberField) or (
            field.editable and not field.primary_key and (kind_of(field).operators or kind_of(field).imported)
        ):
            yield name


def _field_names(module: Module, name: str, kind: Kind) -> dict[str, int]:
    found = {plain(alias): ALIAS for alias in (*kind.aliases, *_aliases(module, name))}
    if kind.field.__dict__.get(CAME_WITH) is not None:
        # Files from before an admin renamed it, and those of other companies.
        found |= {plain(label): ALIAS for label in in_all_languages(declared_label(kind.field))}
    found |= {plain(label): EXACT for label in in_all_languages(kind.field.verbose_name)}
    found[plain(name)] = EXACT
    return found


def _part_names(module: Module, kind: Kind, part: str, first: bool) -> dict[str, int]:
    """ "City" for the first address of the form, "Billing city" and "Kota penagihan" for any."""
    found = {plain(alias): ALIAS for alias in _aliases(module, f"{kind.key}.{part}")}
    labels = in_all_languages(kind.part(part).field.verbose_name)
    bare = {plain(label) for label in (*labels, part, *_PART_WORDS.get(part, "").split("|"))} - {""}
    wholes = {plain(label) for label in (*in_all_languages(kind.field.verbose_name), kind.key)}
    for label in bare:
        for whole in wholes:
            rest = " ".join(word for word in whole.split() if word not in ("address", "alamat"))
            found.setdefault(f"{rest} {label}".strip(), EXACT if rest else ALIAS)
            found.setdefault(f"{label} {rest}".strip(), EXACT if rest else ALIAS)
            found.setdefault(f"{whole} {label}", EXACT)
        if first:
            found.setdefault(label, ALIAS)
    return found


# How other programs and offices call the parts of an address.
_PART_WORDS = {
    "street": "street|jalan|jl|alamat jalan|address line 1|street address",
    "rt_rw": "rt rw|rt/rw",
    "kelurahan": "kelurahan|desa|kelurahan desa|village",
    "kecamatan": "kecamatan|district|kec",
    "city": "city|kota|kabupaten|kota kabupaten|kab kota|kota asal|town",
    "province": "province|provinsi|state|state province|region",
    "postal_code": "postal code|kode pos|kodepos|zip|zip code|postcode|post code|code",
    "country": "country|negara|country code",
    "po_box": "po box|pobox|kotak pos",
}


def _aliases(module: Module, key: str) -> list[str]:
    return [alias.strip() for alias in module.aliases.get(key, "").split("|") if alias.strip()]


def in_all_languages(text: Any) -> Iterable[str]:
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            yield str(capfirst(str(text)))
