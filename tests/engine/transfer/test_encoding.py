"""The letters of a text file are found from its bytes."""

import io

import pytest

from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.csv_file import CsvTable
from relasi.engine.transfer.encoding import MIXED, find_encoding

TEXT = "Nama;Catatan\nRené;café lt. 2 – “minat tinggi”\n"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "cp1252"),
        ("Nama\nJosé\x81\n".encode("latin-1"), "latin-1"),
        (b"Nama;Kota\nBudi;Bandung\n", "utf-8"),
        ("Nama\nRené\nZoë\nÅsa\n".encode() + "Élodie\n".encode("cp1252"), MIXED),
        (("Nama\n" + "é" * 1_100_000 + "\n").encode(), "utf-8"),
    ],
)
def test_the_encoding_is_found(content, found):
    assert find_encoding(io.BytesIO(content)) == found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_letter_is_read_as_it_was_written(tmp_path, encoding):
    file = tmp_path / "a.csv"
    file.write_bytes(TEXT.encode(encoding))
    (row,) = CsvTable(file).rows()
    assert row.cells == ["René", "café lt. 2 – “minat tinggi”"]


def test_a_stray_byte_of_windows_does_not_spoil_the_letters_around_it(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes("Nama\nRené\nZoë\n".encode() + "Élodie\n".encode("cp1252"))
    assert [row.cells for row in CsvTable(file).rows()] == [["René"], ["Zoë"], ["Élodie"]]


def test_what_is_no_text_is_refused():
    with pytest.raises(BadFile, match="no table"):
        find_encoding(io.BytesIO(bytes(range(32)) * 100))
