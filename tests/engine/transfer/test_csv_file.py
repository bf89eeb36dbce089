"""CSV files: separators, quotes, ragged rows, and files made to do harm."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.transfer import csv_file
from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.csv_file import CsvTable


@pytest.fixture
def table(tmp_path):
    def opened(content: str) -> CsvTable:
        file = tmp_path / "a.csv"
        file.write_bytes(content.encode())
        return CsvTable(file)

    return opened


@pytest.mark.parametrize(
    ("content", "separator"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b;c\n1,5;2,5;3\n", ";"),
        ("a\tb\n1,2\t3\n", "\t"),
        ("a|b\n1;2|3\n", "|"),
        ('nama;alamat\nBudi;"Jl. Asia, No. 5, Bandung"\nAni;Jl. Dago, No. 3, Bandung\n', ";"),
        ("nama\nBudi\n", ","),
        ("sep=;\na;b,c\n1;2\n", ";"),
        ("SEP=|\na|b\n1|2\n", "|"),
    ],
)
def test_the_separator_is_found(table, content, separator):
    assert table(content).separator == separator


def test_the_line_that_names_the_separator_is_no_row(table):
    found = table("sep=;\nNama;Kota\nBudi;Bandung\n")
    assert found.headings == ["Nama", "Kota"]
    assert [(row.number, row.cells) for row in found.rows()] == [(2, ["Budi", "Bandung"])]


def test_line_breaks_and_quotes_inside_quotes_belong_to_the_cell(table):
    (row,) = table('Nama,Catatan\n"Budi","kata ""halo"", lalu\nbaris kedua"\n').rows()
    assert row.cells == ["Budi", 'kata "halo", lalu\nbaris kedua']


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_understood(table, end):
    found = table(f"Nama,Kota{end}Budi,Bandung{end}{end}Ani,Medan{end}")
    assert [(row.number, row.cells) for row in found.rows()] == [
        (2, ["Budi", "Bandung"]),
        (4, ["Ani", "Medan"]),
    ]


def test_a_row_of_another_width_is_told_with_its_number(table):
    found = list(table("a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n").rows())
    assert [(row.number, row.fault is not None) for row in found] == [
        (2, False),
        (3, True),
        (4, True),
        (5, False),
    ]
    assert "2 cells" in found[1].fault[0] % found[1].fault[1]
    assert found[3].cells == ["1", "2", "3"]


@pytest.mark.parametrize("content", ['a,b\n1,2\n3,"4\n5,6\n', 'a,b\n1,2\n3,"4'])
def test_a_quotation_mark_without_end_is_told_where_it_opens(table, content):
    found = list(table(content).rows())
    assert [row.number for row in found] == [2, 3]
    assert "never closed" in str(found[1].fault[0])


def test_headings_get_names_of_their_own(table):
    found = table("Email,Email,,email\na,b,c,d\n")
    assert found.headings == ["Email", "Email (2)", "Column 3", "email (3)"]


def test_titles_above_the_headings_are_passed_over(table):
    found = table("Daftar Kontak PT Maju,,\n,,\nNama,Kota,Email\nBudi,Bandung,b@x.id\n")
    assert found.headings == ["Nama", "Kota", "Email"]
    assert [row.number for row in found.rows()] == [4]


@pytest.mark.parametrize("content", ["", "\n\n\n", " \n,,,\n"])
def test_an_empty_file_is_refused(table, content):
    with pytest.raises(BadFile, match="empty"):
        table(content)


def test_ten_million_columns_are_refused_before_they_fill_the_memory(table):
    with pytest.raises(BadFile, match="too long"):
        table("a" + "," * 10_000_000)
    with pytest.raises(BadFile, match="columns"):
        table("a" + "," * 100_000)


def test_a_quotation_mark_never_closed_cannot_swallow_a_huge_file(table, monkeypatch):
    monkeypatch.setattr(csv_file, "LONGEST_RECORD", 10_000)
    with pytest.raises(BadFile, match="line 2"):
        list(table('a,b\n1,"2\n' + "3,4\n" * 10_000).rows())


def test_reading_says_how_far_it_is(table):
    found = table("a,b\n" + "1,2\n" * 5000)
    seen = [found.read for _row in found.rows()]
    assert 0 < seen[3000] < 1
    assert found.read == 1.0


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=20))
def test_what_a_program_writes_is_read_back(tmp_path_factory, rows):
    file = tmp_path_factory.mktemp("csv") / "a.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out, delimiter=";").writerows([["Nama", "Kota", "Catatan"], *rows])
    assert [row.cells for row in CsvTable(file).rows()] == [
        row for row in rows if any(c.strip() for c in row)
    ]
