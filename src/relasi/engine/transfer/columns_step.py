"""The columns step of the import wizard: what every column of the file means, with its first values as they are read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.fields.kind import Invalid, Kind
from relasi.engine.fields.reader import Reader
from relasi.engine.records.long_job import Status
from relasi.engine.screens.asking import signed_in
from relasi.engine.screens.pages import render_page
from relasi.engine.transfer.asking import entry_for, own_job, shell_of, steps, title_of
from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.foreign_values import meanings_of, unknown_values
from relasi.engine.transfer.import_ import ImportJob, ImportMap
from relasi.engine.transfer.known_source import recognised, source_label
from relasi.engine.transfer.mapping import EXTRA, LEFT_OUT, Column
from relasi.engine.transfer.plan import BadPlan, columns_as_json, columns_from_json, constant_targets
from relasi.engine.transfer.proposing import propose
from relasi.engine.transfer.table import Table
from relasi.engine.transfer.target import EXACT, Target, targets_of

SAMPLES = 3

FACTORS = [
    ("1", gettext_lazy("as written")),
    ("1000", gettext_lazy("in thousands")),
    ("1000000", gettext_lazy("in millions")),
    ("1000000000", gettext_lazy("in billions (10⁹)")),
]


@dataclass
class Mapped:
    """One line of the mapping. samples: (as written, as read, what is wrong) of the first rows.

    values: (as written, key chosen) of a choice's values that the field does not know.
    """

    place: int
    column: Column
    target: Target | None
    samples: list[tuple[str, str, str]]
    values: list[tuple[str, str]]

    @property
    def options(self) -> list[tuple[str, str]]:
        return meanings_of(self.target) if self.target is not None and self.values else []


@signed_in
def columns(request: HttpRequest, id: int) -> HttpResponse:
    job = own_job(request, id)
    if job.started_at is not None or job.is_active:
        return HttpResponseRedirect(f"/import/{job.pk}/")
    error = ""
    table = _opened(job)
    if isinstance(table, str):
        return _lost(request, job, table)
    if request.method == "POST":
        table, error = _take_columns(request, job, table)
        if not error and "next" in request.POST:
            return HttpResponseRedirect(f"/import/{job.pk}/duplicates/")
    return _columns_page(request, job, table, error)


def _opened(job: ImportJob) -> Table | str:
    try:
        return job.open()
    except (BadFile, OSError) as trouble:
        return (
            str(trouble)
            if isinstance(trouble, BadFile)
            else _("The file is not there any more. Choose it again.")
        )


def _lost(request: HttpRequest, job: ImportJob, sentence: str) -> HttpResponse:
    entry = entry_for(job)
    context = {"shell": shell_of(request, entry), "message": sentence, "back": f"/import/{entry.slug}/"}
    return render_page(request, "screens/refused.html", context, status=422)


def _take_columns(request: HttpRequest, job: ImportJob, table: Table) -> tuple[Table, str]:
    """Stores what the form says; returns the table, opened anew where another sheet was chosen, and what is wrong."""
    post = request.POST
    values: dict[str, Any] = {
        "decimal": "." if post.get("decimal", job.decimal) == "." else ",",
        "day_first": post["day_first"] != "0" if "day_first" in post else job.day_first,
    }
    sheet = post.get("sheet", job.sheet)
    if sheet != job.sheet and sheet in getattr(table, "sheets", ()):
        job.note(sheet=sheet, **values)
        table = job.open()
        source = recognised(table.headings, job.home)
        job.note(columns=columns_as_json(propose(table, job.home, job.user, job.reader)), shape=table.shape,
                 source=source.key if source else "")  # fmt: skip
        return table, ""
    saved = ImportMap.objects.filter(
        user=job.user, module=job.module, pk=_number(post.get("map")) or 0
    ).first()
    if saved is not None and "use_map" in post:
        chosen = _fitted(columns_from_json(saved.columns), columns_from_json(job.columns))
    else:
        targets = targets_of(job.home, job.user)
        chosen = [
            _from_form(post, place, column, targets)
            for place, column in enumerate(columns_from_json(job.columns))
        ]
    values |= {"constants": _constants(post)} if "same-to-0" in post else {}
    job.note(columns=columns_as_json(chosen), status=Status.DRAFT, checked={}, **values)
    name = post.get("map_name", "").strip()[:100]
    if "keep_map" in post and name:
        ImportMap.objects.update_or_create(
            user=job.user, module=job.module, name=name, defaults={"columns": columns_as_json(chosen)}
        )
    return table, wrong_columns(job) if "next" in post else ""


def wrong_columns(job: ImportJob) -> str:
    """What keeps the columns from being taken as they are chosen; "" when nothing does."""
    try:
        job.plan.check_columns(job.user)
    except BadPlan as wrong:
        return str(wrong)
    return ""


def _constants(post: Any) -> dict[str, str]:
    """Field -> text for all rows; a line without both is none."""
    places = [name.removeprefix("same-to-") for name in post if name.startswith("same-to-")]
    pairs = [(post[f"same-to-{place}"], post.get(f"same-value-{place}", "").strip()) for place in places]
    return {name: text[:1000] for name, text in pairs if name and text}


def _number(text: Any) -> int | None:
    return int(text) if str(text or "").isdigit() and len(str(text)) < 18 else None


def _fitted(saved: list[Column], here: list[Column]) -> list[Column]:
    """The saved meaning of every heading that it knows, the others as they are."""
    known = {column.heading.casefold(): column for column in saved}
    found = []
    for column in here:
        other = known.get(column.heading.casefold())
        found.append(
            Column(column.heading, other.to, other.create, other.factor, other.values, 3) if other else column
        )
    return found


def _from_form(post: Any, place: int, column: Column, targets: dict[str, Target]) -> Column:
    """The column as the form has it. A field just chosen forgets what was said about the one before."""
    to = post.get(f"to-{place}", column.to)
    if to not in targets and to not in (EXTRA, LEFT_OUT):
        to = EXTRA
    if to != column.to:
        return Column(column.heading, to, sure=EXACT)
    create = f"create-{place}" in post if f"asked-{place}" in post else column.create
    factor = _factor(post.get(f"factor-{place}", column.factor))
    values = dict(column.values or {})
    for name in post:
        if name.startswith(f"written-{place}-"):
            values[post[name]] = post.get(name.replace("written", "value", 1), "")
    kept = {written: key for written, key in values.items() if key}
    return Column(column.heading, to, create, factor, kept or None, column.sure, column.doubt)


def _factor(text: str) -> str:
    try:
        return text if Decimal(text) > 0 else "1"
    except InvalidOperation:
        return "1"


def _columns_page(request: HttpRequest, job: ImportJob, table: Table, error: str) -> HttpResponse:
    entry = entry_for(job)
    targets = targets_of(job.home, job.user)
    rows = table.sample(100)
    context = {
        "shell": shell_of(request, entry), "entry": entry, "job": job, "title": title_of(entry),
        "steps": steps(job, 2), "error": error, "extra": EXTRA, "left_out": LEFT_OUT,
        "factors": [(factor, str(label)) for factor, label in FACTORS],
        "mapped": [_mapped(place, column, targets, rows, job.reader) for place, column in
                   enumerate(columns_from_json(job.columns))],
        "choices": _choices(job, targets),
        "constants": [*job.constants.items(), ("", "")],
        "fillable": [(key, target.label) for key, target in constant_targets(targets).items()],
        "sheets": [(name, name) for name in getattr(table, "sheets", [])],
        "program": source_label(job.source),
        "maps": [(m.pk, m.name) for m in ImportMap.objects.filter(user=job.user, module=job.module).order_by("name")],
    }  # fmt: skip
    return render_page(
        request, "screens/import_columns.html", context, part="mapping", status=422 if error else 200
    )


def _choices(job: ImportJob, targets: dict[str, Target]) -> list[Any]:
    """Options of the select of a column, grouped as the form of the module is."""
    groups: list[Any] = [(EXTRA, _("Keep as additional information")), (LEFT_OUT, _("Do not import"))]
    composites = [(key, target.label) for key, target in targets.items() if target.function]
    if composites:
        groups.append((_("Several fields at once"), composites))
    placed: set[str] = set()
    for section in job.home.sections:
        keys = [
            key
            for key, target in targets.items()
            if target.name in section.fields
            and key not in placed
            and not (target.line or target.of_other_program)
        ]
        placed.update(keys)
        if keys:
            groups.append((str(section.title), [(key, targets[key].label) for key in keys]))
    lines = [key for key, target in targets.items() if target.line]
    placed.update(lines)
    if lines:
        groups.append(
            (_("Lines, one row of the file for each"), [(key, targets[key].label) for key in lines])
        )
    theirs = [key for key, target in targets.items() if target.of_other_program]
    if theirs:
        groups.append((_("From another program"), [(key, targets[key].label) for key in theirs]))
    placed.update(theirs)
    rest = [key for key, target in targets.items() if key not in placed and not target.function]
    if rest:
        groups.append((_("Other fields"), [(key, targets[key].label) for key in rest]))
    return groups


def _mapped(
    place: int, column: Column, targets: dict[str, Target], rows: list[Any], reader: Reader
) -> Mapped:
    target = targets.get(column.to)
    cells = [row.cells[place] for row in rows if row.cells[place] not in (None, "")]
    kind = None
    if target is not None and target.kind is not None and not target.is_reference:
        kind = target.kind.part(target.part) if target.part else target.kind
    samples = [_sample(cell, kind, column, reader) for cell in cells[:SAMPLES]]
    unknown = unknown_values(target, cells, column, reader) if target is not None else []
    return Mapped(place, column, target, samples, unknown)


def _sample(cell: Any, kind: Kind | None, column: Column, reader: Reader) -> tuple[str, str, str]:
    if kind is None:
        return str(cell), "", ""
    try:
        value = kind.parse(cell, reader)
        if column.factor != "1" and value is not None:
            value = value.__class__(value * Decimal(column.factor))
        shown = kind.show(value, reader)
    except Invalid as wrong:
        known = {written.casefold() for written in column.values or {}}
        return str(cell), "", "" if str(cell).casefold() in known else str(wrong.message)
    return str(cell), shown if shown != str(cell).strip() else "", ""
