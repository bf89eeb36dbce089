"""Making: the whole company in one zip: tables, history, files, and a page that reads them without any server."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.company import company
from relasi.engine.activity.attachment import Attachment, place_of
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.image import ImageKind
from relasi.engine.fields.reader import Reader
from relasi.engine.records.at_work import at_work, seldom_collected
from relasi.engine.screens.faces import moment
from relasi.engine.screens.shell import areas
from relasi.engine.transfer.export_file import one_moment
from relasi.features.company_archive.around import Around, file_place
from relasi.features.company_archive.history import History
from relasi.features.company_archive.kept import archived_modules, kinds_of, rows_of, untold_count
from relasi.features.company_archive.page_data import PageData, script
from relasi.features.company_archive.reading import chunks
from relasi.features.company_archive.tables import Tables, as_json
from relasi.features.company_archive.words import page_words, read_me

FORMAT = 1
OFFLINE = Path(__file__).parent / "offline"
PACKED = frozenset("zip gz 7z rar png jpg jpeg webp gif pdf docx xlsx pptx odt ods odp mp3 mp4 mov".split())

Told = Callable[[int], None]


def reader_for(user: Any, language: str) -> Reader:
    """How the admin reads, in the language of the archive."""
    group = "." if user.number_style == "," else ","
    return Reader(language, user.zone, user.number_style, group, currency=company().currency)


@dataclass
class Archive:
    """What is being made. missing: names of files whose bytes are not in the storage."""

    zip: zipfile.ZipFile
    folder: Path
    user: Any
    reader: Reader
    told: Told
    places: dict[str, int]
    catalog: list[dict[str, Any]] = field(default_factory=list)
    relations: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    pictures: set[str] = field(default_factory=set)
    rows: int = 0


def make_archive(place: str, user: Any, language: str, told: Told = lambda rows: None) -> dict[str, Any]:
    """Writes the archive of this moment to a file and returns what archive.json says. user: the admin who asked.

    told: how many rows are written. Memory stays the same however many there are.
    """
    reader = reader_for(user, language)
    with (
        at_work(SYSTEM, reader, via="system"), one_moment(), seldom_collected(),
        tempfile.TemporaryDirectory(prefix="relasi-archive-") as folder,
        zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as zip,
    ):  # fmt: skip
        places = {module.key: n for n, module in enumerate(_with_pages())}
        archive = Archive(zip, Path(folder), user, reader, told, places)
        for module in archived_modules():
            _write_module(archive, module)
        _write_files(archive)
        return _write_page(archive)


def total_rows(user: Any) -> int:
    return sum(rows_of(module, user).count() for module in archived_modules())


def _with_pages() -> list[Module]:
    """Modules whose rows have pages of their own: lines stand on those of their records, what hangs there too."""
    return [module for module in archived_modules() if not module.is_line and not module.hangs_on]


def _write_module(archive: Archive, module: Module) -> None:
    tables = Tables(archive.folder, module, archive.reader)
    history = History(archive.folder, module)
    page = around = None
    if module.key in archive.places:
        page = PageData(archive.zip, module, archive.reader, archive.places)
        around = Around(module, archive.user, archive.places)
    images = [kind for kind in kinds_of(module) if isinstance(kind, ImageKind)]
    for records in chunks(module, rows_of(module, archive.user), archive.user):
        tables.write(records)
        if page is not None and around is not None:
            page.write(records, around, history)
        else:
            history.of(records)
        archive.pictures |= {name for kind in images for one in records if (name := kind.value_of(one))}
        archive.rows += len(records)
        archive.told(archive.rows)
    tables.close()
    history.close()
    _take(archive, tables.csv, f"csv/{module.slug}.csv")
    _take(archive, tables.jsonl, f"jsonl/{module.slug}.jsonl")
    _take(archive, history.file, f"history/{module.slug}.jsonl")
    if page is not None and around is not None:
        archive.catalog.append({**page.close(), "r": around.relations, "g": _group(module)})


def _take(archive: Archive, file: Path, name: str) -> None:
    if file.stat().st_size or not name.startswith("history/"):
        archive.zip.write(file, name)
    file.unlink()


def _group(module: Module) -> str:
    """The heading under which the page lists it; empty for what is found on its records alone."""
    if module.is_settings:
        return _("Settings")
    found = next((str(area.label) for area in areas() if area.key == module.area), "")
    return found if module.is_record else ""


def _write_files(archive: Archive) -> None:
    """The bytes of what hangs on records, and of pictures."""
    rows = rows_of(registry.of(Attachment), archive.user).order_by("pk")
    for attachment in rows.iterator(chunk_size=500):
        _copy(archive, place_of(attachment.digest), file_place(attachment))
    for name in sorted(archive.pictures):
        _copy(archive, name, f"pictures/{Path(name).name}")


def _copy(archive: Archive, stored: str, name: str) -> None:
    try:
        source = default_storage.open(stored)
    except FileNotFoundError:
        archive.missing.append(name)
        return
    about = zipfile.ZipInfo(name, timezone.localtime().timetuple()[:6])
    packed = Path(name).suffix.lower().lstrip(".") in PACKED
    about.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    with source, archive.zip.open(about, "w", force_zip64=True) as out:
        shutil.copyfileobj(source, out, 1 << 20)


def _write_page(archive: Archive) -> dict[str, Any]:
    reader, name = archive.reader, str(company().name)
    counts = {one["k"]: one["n"] for one in archive.catalog}
    untold = untold_count(archive.user)
    about = {
        "format": FORMAT,
        "company": name,
        "made_at": timezone.now(),
        "made_by": archive.user.full_name,
        "language": reader.language,
        "rows": archive.rows,
        "modules": counts,
        "confidential_left_out": untold,
        "files_missing": archive.missing,
    }
    catalog = {
        "company": name,
        "language": reader.language,
        "made": moment(timezone.now()),
        "by": archive.user.full_name,
        "untold": untold,
        "words": page_words(),
        "modules": archive.catalog,
        "group": reader.group,
    }
    archive.zip.writestr("archive.json", as_json(about))
    archive.zip.writestr("page/catalog.js", script("catalog", catalog))
    archive.zip.writestr(_("READ-ME.txt"), read_me(name, untold))
    for file, place in _page_files():
        archive.zip.writestr(place, file.read_text().replace("{language}", reader.language))
    return about


def _page_files() -> Iterator[tuple[Path, str]]:
    yield OFFLINE / "index.html", "index.html"
    yield OFFLINE / "reader.js", "page/reader.js"
    yield OFFLINE / "reader.css", "page/reader.css"


@contextmanager
def beside_its_place(file: Path) -> Iterator[Path]:
    """A file that only its owner reads, under another name until it is whole."""
    part = file.with_name(f"{file.name}.part")
    part.touch(mode=0o600)
    try:
        yield part
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
