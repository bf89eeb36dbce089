"""Workbooks: cells keep their kind; a hostile file ends its own process and nothing else."""

import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
import xlsxwriter

from relasi.engine.transfer import workbook_file
from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.workbook_file import WorkbookTable
from tests.engine.transfer.importing import FILES

ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3"><office:body><office:spreadsheet>
<table:table table:name="Kontak">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""


@pytest.fixture
def workbook(tmp_path):
    def written(*rows, sheets=(), name="a.xlsx"):
        book = xlsxwriter.Workbook(tmp_path / name, {"default_date_format": "dd/mm/yyyy"})
        for title, lines in [("Kontak", rows), *sheets]:
            sheet = book.add_worksheet(title)
            for row, cells in enumerate(lines):
                for column, cell in enumerate(cells):
                    if cell != "":
                        sheet.write(row, column, cell)
        book.close()
        return tmp_path / name

    return written


def test_cells_keep_their_kind(workbook):
    moment = datetime(2026, 1, 2, 10, 30)
    table = WorkbookTable(workbook(
        ["Nama", "HP", "Lahir", "Omzet", "Aktif", "Kapan"],
        ["Budi", 81234567890, date(1990, 4, 3), 1234.567, True, moment],
    ))  # fmt: skip
    (row,) = table.rows()
    assert row.cells == ["Budi", 81234567890, date(1990, 4, 3), Decimal("1234.567"), True, moment]
    assert isinstance(row.cells[1], int)


def test_rows_are_counted_as_the_spreadsheet_counts_them(workbook):
    table = WorkbookTable(workbook([], ["Daftar kontak"], [], ["Nama", "HP"], ["Budi", "1"], [], ["Ani", ""]))
    assert table.headings == ["Nama", "HP"]
    assert [(row.number, row.cells) for row in table.rows()] == [(5, ["Budi", "1"]), (7, ["Ani", ""])]


def test_the_wanted_sheet_is_read_else_the_first(workbook):
    file = workbook(["Nama"], ["Budi"], sheets=[("Lain", [["Kota"], ["Medan"]])])
    assert WorkbookTable(file).sheets == ["Kontak", "Lain"]
    assert WorkbookTable(file).headings == ["Nama"]
    assert WorkbookTable(file, "Lain").headings == ["Kota"]
    assert WorkbookTable(file, "tidak ada").headings == ["Nama"]


def test_the_old_format_of_excel_is_read():
    table = WorkbookTable(FILES / "contacts.xls")
    assert table.headings == ["Nama", "No. HP", "Tanggal Lahir"]
    rows = [row.cells for row in table.rows()]
    assert rows[0] == ["Budi Santoso", 81234567890, date(1990, 4, 3)]
    assert rows[1] == ["Siti", "0812-3456-7891", ""]


def test_an_open_document_is_read(tmp_path):
    def line(*cells: str) -> str:
        return "<table:table-row>" + "".join(cells) + "</table:table-row>"

    def text(value: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    day = '<table:table-cell office:value-type="date" office:date-value="1990-04-03"><text:p>x</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="12.5"><text:p>12,5</text:p></table:table-cell>'
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        rows = line(text("Nama"), text("Lahir"), text("Omzet")) + line(text("Budi"), day, number)
        archive.writestr("content.xml", ODS.format(rows=rows))
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    table = WorkbookTable(tmp_path / "a.ods")
    assert table.shape["format"] == "ODS"
    assert [row.cells for row in table.rows()] == [["Budi", date(1990, 4, 3), Decimal("12.5")]]


def test_a_cell_at_the_end_of_the_sheet_cannot_fill_the_memory(workbook, tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "bomb.xlsx")
    sheet = book.add_worksheet()
    sheet.write(0, 0, "Nama")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(BadFile, match="too large"):
        WorkbookTable(tmp_path / "bomb.xlsx")


def test_a_file_that_unpacks_into_gigabytes_is_refused_unopened(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_file, "MOST_UNPACKED", 1_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "")
        archive.writestr("xl/worksheets/sheet1.xml", "0" * 2_000_000)
    with pytest.raises(BadFile, match="too large"):
        WorkbookTable(tmp_path / "bomb.xlsx")


def test_too_many_columns_are_refused(workbook):
    with pytest.raises(BadFile, match="at most 1000"):
        WorkbookTable(workbook([f"Kolom {n}" for n in range(1100)], ["x"]))


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_a_damaged_workbook_is_told(tmp_path, content):
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(BadFile, match="damaged"):
        WorkbookTable(tmp_path / "a.xlsx")


def test_a_sheet_without_anything_is_empty(workbook):
    with pytest.raises(BadFile, match="empty"):
        WorkbookTable(workbook())


def test_a_column_without_a_heading_gets_a_name(workbook):
    table = WorkbookTable(workbook(["Nama", "HP"], ["Budi", "1", "lebih"]))
    assert table.headings == ["Nama", "HP", "Column 3"]
    assert [row.cells for row in table.rows()] == [["Budi", "1", "lebih"]]
