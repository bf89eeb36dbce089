"""Finding records by what people write for them: a number, a title, a user name or an e-mail address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import CharField, F, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, Trim, Upper

from relasi.engine.access.acting import NobodyActing, acting_user
from relasi.engine.access.door import Sight, may, sight_of, visible_q
from relasi.engine.access.owner import Owner
from relasi.engine.access.prepared import Given, IsOneOf, prepared
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.users.user import User


def find_references(field: Any, texts: list[str]) -> dict[str, list[int]]:
    """Text -> ids of the visible records of the field's module it may mean. A number beats a title."""
    if field.related_model is Owner:
        return find_owners(texts)
    module = registry.of(field.related_model)
    return find_records(module, texts)


def find_records(module: Module, texts: list[str]) -> dict[str, list[int]]:
    wanted = {text.strip().upper() for text in texts}
    rows = module.model._base_manager.filter(trashed_at=None)
    if not module.is_settings:
        rows = rows.filter(visible_q(acting_user(), module))
    title = Upper(title_expression(module))
    others = module.other_titles.split()
    by_number: dict[str, list[int]] = defaultdict(list)
    by_title: dict[str, list[int]] = defaultdict(list)
    match = Q(_title__in=list(wanted))
    for other in others:
        match |= Q(**{f"{other}__upper__in": list(wanted)})
    columns = ["pk", "_title", *others]
    if "number" in module.fields:
        match |= Q(number__in=list(wanted))
        columns.append("number")
    for id, *names in rows.annotate(_title=title).filter(match).values_list(*columns):
        number = names.pop() if "number" in module.fields else None
        if number in wanted:
            by_number[number].append(id)
        for name in {(name or "").upper() for name in names} & wanted:
            by_title[name].append(id)
    return {
        text: by_number.get(key) or by_title.get(key, []) for text in texts for key in [text.strip().upper()]
    }


def find_owners(texts: list[str]) -> dict[str, list[int]]:
    """Users by user name, e-mail or full name; groups by name. Only those who can own records now."""
    names: dict[str, set[int]] = defaultdict(set)
    active = dict(Owner.objects.filter(active=True).values_list("id", "name"))
    for id, name in active.items():
        names[name.casefold()].add(id)
    for id, username, email in User.objects.filter(id__in=active).values_list("id", "username", "email"):
        names[username.casefold()].add(id)
        names[email.casefold()].add(id)
    return {text: sorted(names.get(text.strip().casefold(), ())) for text in texts}


def title_expression(module: Module, path: str = "") -> Any:
    """The title as SQL, of its text columns: matches Record.title_text for titles made of nothing else."""
    parts: list[Any] = []
    texts = [name for name in module.title_fields if not module.fields[name].is_relation]
    if not texts:
        return Value("", output_field=CharField())
    for name in texts:
        column: Any = f"{path}{name}"
        if not isinstance(module.fields[name], (CharField, TextField)):
            column = Cast(column, CharField())
        parts += [Coalesce(column, Value(""), output_field=CharField()), Value(" ")]
    parts.pop()
    return parts[0] if len(parts) == 1 else Trim(Concat(*parts, output_field=CharField()))


def titles_for_acting(model: Any, ids: Collection[int]) -> dict[int, str]:
    """Id -> title of those records of a model the acting person may see."""
    module = registry.of(model) if registry.knows(model._meta.label) else None
    if module is not None and module.is_record and not module.self_ruled:
        sight = sight_of(acting_user(), module)
        if sight.shape in ("all", "owned", "shared"):
            return {row.pk: str(row) for row in _seen(module, sight, ids)}
    rows = model._base_manager.filter(pk__in=list(ids))
    if module is not None and (not module.is_settings or module.self_ruled):
        rows = rows.filter(visible_q(acting_user(), module))
    if module is not None:
        rows = rows.only("pk", *_named_by(module))
    return {row.pk: str(row) for row in rows}


def _named_by(module: Module) -> list[str]:
    return sorted({*module.title_fields, *module.other_titles.split(), "number"} & module.fields.keys())


def _seen(module: Module, sight: Sight, ids: Collection[int]) -> list[Any]:
    """Those of the records that this sight holds, with what names them; in the bin or not."""

    def build() -> models.QuerySet:
        rows = module.model._base_manager.filter(IsOneOf(F("pk"), Given("ids")))
        if sight.shape != "all":
            owned, beside = IsOneOf(F("owner_id"), Given("owners")), IsOneOf(F("pk"), Given("beside"))
            rows = rows.filter(Q(owned) | Q(beside) if sight.shape == "shared" else owned)
        return rows.only("pk", *_named_by(module))

    return prepared(("titles", module.key, sight.shape), build, by_key=True).run(
        {**sight.values, "ids": list(ids)}
    )


def referred(record: Any, name: str) -> Any:
    """What a reference leads to; None where it is empty, or leads nowhere, which validation refuses later."""
    try:
        return getattr(record, name)
    except ObjectDoesNotExist:
        return None


def load_referred(records: list[Any], *names: str) -> None:
    """Reads what these references of the records lead to, one query for each, so that nobody asks for it one by one."""
    if records:
        models.prefetch_related_objects(records, *names)


def acting_sees(record: Any) -> bool:
    """Whether the acting person may see what a record refers to; there is nothing to hide while nobody acts."""
    module = registry.of(record) if registry.knows(record._meta.label) else None
    if module is None or (module.is_settings and not module.self_ruled):
        return True
    try:
        return may(acting_user(), "view", module, record)
    except NobodyActing:
        return True
