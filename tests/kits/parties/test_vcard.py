"""vCards: what phones and mail programs really export, and broken cards, become rows for the import."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from relasi.kits.parties.vcard import FIELDS, read_vcards

CARDS = Path(__file__).parent / "cards"


def cards(name: str) -> list[dict[str, Any]]:
    return list(read_vcards((CARDS / name).read_bytes()))


def card(*lines: str, version: str = "3.0", encoding: str = "utf-8") -> dict[str, Any]:
    text = "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))
    (entry,) = read_vcards(text.encode(encoding))
    return entry


def filled(entry: dict[str, Any]) -> dict[str, str]:
    return {name: entry[name] for name in FIELDS if entry[name]}


@pytest.mark.parametrize("name", sorted(path.name for path in CARDS.glob("*.vcf")))
def test_every_card_of_every_program_is_read(name: str) -> None:
    found = cards(name)
    assert len(found) == (CARDS / name).read_bytes().count(b"BEGIN:VCARD")
    for entry in found:
        assert "error" not in entry
        assert set(entry) == {*FIELDS, "line", "extra"}
        assert all(isinstance(entry[field], str) for field in FIELDS)


def test_there_are_twelve_files() -> None:
    assert len(list(CARDS.glob("*.vcf"))) == 12


def test_a_card_from_an_iphone() -> None:
    (entry,) = cards("John_Doe_IPHONE.vcf")
    assert filled(entry) == {
        "salutation": "Mr.",
        "first_name": "John Richter James",
        "last_name": "Doe Sr.",
        "company": "IBM",
        "department": "Accounting",
        "title": "Money Counter",
        "email": "john.doe@ibm.com",
        "mobile": "905-555-1234",
        "office_phone": "905-777-1234",
        "home_phone": "905-666-1234",
        "assistant_phone": "905-222-1234",
        "street": "Silicon Alley 5",
        "city": "New York",
        "province": "New York",
        "postal_code": "12345",
        "country": "United States of America",
        "birthdate": "2012-06-06",
        "website": "http://www.ibm.com",
    }
    assert entry["extra"]["TEL FAX WORK"] == "905-999-1234"
    assert entry["extra"]["ADR WORK"] == "Street4, Building 6, Floor 8, New York, 12345, USA"


def test_cards_from_an_android_phone() -> None:
    first, _second, third, fourth, fifth, sixth = cards("John_Doe_ANDROID.vcf")
    assert filled(first) == {"email": "john.doe@company.com"}
    assert filled(third) == {"first_name": "Ñ Ñ Ñ", "last_name": "Ñ", "mobile": "123456789"}
    assert (fourth["mobile"], fourth["home_phone"], fourth["other_phone"]) == ("123456", "234567", "3456789")
    assert fourth["extra"]["TEL HOME"] == "45678901"
    assert fourth["description"].count("Ñ") == 42
    assert fifth["secondary_email"] == "Ñ" * 14
    assert fifth["website"] == "www.company.com"
    assert sixth["company"].strip("Ñ") == ""
    assert [first["line"], sixth["line"]] == [1, 71]


def test_a_card_from_outlook_2003() -> None:
    (entry,) = cards("outlook-2003.vcf")
    assert filled(entry) == {
        "salutation": "Mr.",
        "first_name": "John",
        "last_name": "Doe III",
        "company": "Company, The",
        "department": "TheDepartment",
        "title": "The Job Title",
        "email": "jdoe@hotmail.com",
        "mobile": "MobilePhone",
        "office_phone": "BusinessPhone",
        "home_phone": "HomePhone",
        "street": "TheOffice, 123 Main St",
        "city": "Austin",
        "province": "TX",
        "postal_code": "12345",
        "country": "United States of America",
        "birthdate": "1980-03-21",
        "website": "http://web-page-address.com",
        "description": "This is the note field!!\nSecond line\n\nThird line is empty",
    }


def test_a_card_from_outlook_2007() -> None:
    (entry,) = cards("outlook-2007.vcf")
    assert entry["last_name"] == "Angstadt Jr."
    assert entry["assistant"] == "TheAssistantName"
    assert entry["birthdate"] == "1922-03-10"
    assert entry["description"].splitlines()[-1] == "It does not preserve the formatting"
    assert entry["extra"]["X-MS-MANAGER"] == "TheManagerName"


def test_the_example_of_the_standard() -> None:
    (entry,) = cards("rfc6350-example.vcf")
    assert entry["last_name"] == "Perreault, ing. jr, M.Sc."
    assert entry["mobile"] == "+1-418-262-6501"
    assert entry["office_phone"] == "+1-418-656-9254;ext=102"
    assert entry["birthdate"] == ""
    assert entry["extra"]["BDAY"] == "--0203"
    assert (entry["street"], entry["postal_code"]) == ("Suite D2-630, 2875 Laurier", "G1V 2M2")


def test_a_card_from_thunderbird() -> None:
    (entry,) = cards("thunderbird-MoreFunctionsForAddressBook-extension.vcf")
    assert entry["description"].endswith('"note" field; even curse words.')
    assert entry["secondary_email"] == "additional-email@company.com"
    assert entry["extra"]["EMAIL"].count("\n") == 2
    assert entry["street"] == "222 Broadway, Suite 100"


def test_cards_from_gmail() -> None:
    assert [entry["email"] for entry in cards("gmail-list.vcf")] == [
        "asmithk@gmail.com",
        "chrisy55d@yahoo.com",
        "dwhite@gmail.com",
    ]
    (entry,) = cards("gmail-single.vcf")
    assert (entry["mobile"], entry["other_phone"]) == ("555 555 1111", "555 555 2222")
    assert entry["website"] == "http://TheProfile.com"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["N:Suharto;;;;"], {"last_name": "Suharto"}),
        (["N:;Suharto;;;"], {"last_name": "Suharto"}),
        (["N:;Budi Santoso;;;"], {"first_name": "Budi", "last_name": "Santoso"}),
        (["FN:Bpk. Made Lubis"], {"salutation": "Bapak", "first_name": "Made", "last_name": "Lubis"}),
        (
            ["N:Lubis;Made;;Bpk.;S.T."],
            {"salutation": "Bapak", "first_name": "Made", "last_name": "Lubis, S.T."},
        ),
        (["N:Lubis;Made;;Drs.;"], {"first_name": "Drs. Made", "last_name": "Lubis"}),
        (["FN:PT. Maju Jaya", "ORG:PT Maju Jaya"], {"company": "PT Maju Jaya"}),
        (["FN:budi@x.id", "EMAIL:budi@x.id"], {"email": "budi@x.id"}),
        (["N:;;;;", "FN:Suharto"], {"last_name": "Suharto"}),
    ],
)
def test_names_on_cards(lines: list[str], expected: dict[str, str]) -> None:
    assert filled(card(*lines)) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["TEL:0812-3456-7890"], {"mobile": "0812-3456-7890"}),
        (["TEL:021 5551234"], {"other_phone": "021 5551234"}),
        (["TEL;TYPE=work,cell:0812"], {"mobile": "0812"}),
        (["item1.TEL:0812", "item1.X-ABLabel:_$!<Mobile>!$_"], {"mobile": "0812"}),
        (["item1.TEL:021", "item1.X-ABLabel:Kantor"], {"office_phone": "021"}),
        (["TEL;CELL:1", "TEL;CELL;PREF:2"], {"mobile": "2", "other_phone": "1"}),
        (["TEL;TYPE=cell;PREF=1:2", "TEL;TYPE=cell:1"], {"mobile": "2", "other_phone": "1"}),
    ],
)
def test_phones_on_cards(lines: list[str], expected: dict[str, str]) -> None:
    entry = card("N:Suharto;;;;", *lines)
    assert filled(entry) == {"last_name": "Suharto"} | expected


def test_the_preferred_address_comes_first_and_the_other_is_kept() -> None:
    entry = card(
        "N:A;;;;", "ADR;TYPE=HOME:;;Jl. Rumah 1;Medan;;;", "ADR;TYPE=WORK:;;Jl. Kantor 2;Solo;;57100;"
    )
    assert (entry["street"], entry["city"], entry["postal_code"]) == ("Jl. Kantor 2", "Solo", "57100")
    assert entry["extra"] == {"ADR HOME": "Jl. Rumah 1, Medan"}
    assert card("N:A;;;;", "ADR:12;;;;;;")["street"] == "PO Box 12"
    assert card("N:A;;;;", "LABEL:Jl. Rumah 1\\nMedan")["street"] == "Jl. Rumah 1, Medan"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("BDAY:1980-03-22", "1980-03-22"),
        ("BDAY:19800322", "1980-03-22"),
        ("BDAY:1980-03-22T10:00:00Z", "1980-03-22"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-22", ""),
        ("BDAY:1980-02-30", ""),
        ("BDAY:--0322", ""),
    ],
)
def test_dates_of_birth(written: str, expected: str) -> None:
    entry = card("N:A;;;;", written)
    assert entry["birthdate"] == expected
    assert bool(expected) != ("BDAY" in entry["extra"])


def test_text_in_windows_1252_and_in_named_charsets() -> None:
    assert card("N:Müller;Zoë;;;", encoding="cp1252")["last_name"] == "Müller"
    assert (
        card("N;CHARSET=ISO-8859-1:Müller;Zoë;;;", version="2.1", encoding="latin-1")["first_name"] == "Zoë"
    )
    assert card("N;CHARSET=nonsense:Müller;;;;")["last_name"] == "Müller"
    utf16 = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Müller;;;;\r\nEND:VCARD\r\n".encode("utf-16")
    assert next(read_vcards(utf16))["last_name"] == "Müller"
    assert next(read_vcards(utf16[2:]))["last_name"] == "Müller"
    assert next(read_vcards(b"\xef\xbb\xbfBEGIN:VCARD\nN:A;;;;\nEND:VCARD"))["last_name"] == "A"


def test_a_folded_line_is_one_line_even_inside_a_letter() -> None:
    name = "Ñandú".encode()
    raw = b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:" + name[:1] + b"\r\n " + name[1:] + b";;;;\r\nEND:VCARD\r\n"
    assert next(read_vcards(raw))["last_name"] == "Ñandú"


def test_escaped_marks_are_text() -> None:
    entry = card("N:A;;;;", r"ORG:Maju\; Jaya\, PT;Gudang", r"NOTE:satu\ndua\, tiga \\ empat")
    assert (entry["company"], entry["department"]) == ("Maju; Jaya, PT", "Gudang")
    assert entry["description"] == "satu\ndua, tiga \\ empat"
    assert card("N:A;;;;", r"NOTE:C:\new\table", version="2.1")["description"] == r"C:\new\table"


def test_the_card_of_an_assistant_inside_a_card_is_passed_over() -> None:
    entry = card(
        "N:Boss;;;;", "AGENT:", "BEGIN:VCARD", "N:Helper;;;;", "END:VCARD", "TITLE:CEO", version="2.1"
    )
    assert filled(entry) == {"last_name": "Boss", "title": "CEO"}


def broken(text: str) -> list[tuple[int, str]]:
    with translation.override("en"):
        found = list(read_vcards(text.encode()))
    assert all("%(" not in entry["error"] for entry in found if "error" in entry)
    return [(entry["line"], entry.get("code", "card")) for entry in found]


GOOD = "BEGIN:VCARD\nVERSION:3.0\nN:A;;;;\nEND:VCARD\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "no_card")]),
        ("\n\n", [(1, "no_card")]),
        ("Nama;Telepon\nBudi;0812\n", [(1, "outside")]),
        ("catatan\nlain\n" + GOOD, [(1, "outside"), (3, "card")]),
        (GOOD + "sisa\n", [(1, "card"), (5, "outside")]),
        ("BEGIN:VCARD\nN:B;;;;\n" + GOOD, [(1, "no_end"), (3, "card")]),
        ("BEGIN:VCARD\nN:B;;;;\n", [(1, "no_end")]),
        ("BEGIN:VCARD\nN:B;;;;\nini bukan baris kartu\nEND:VCARD\n" + GOOD, [(3, "bad_line"), (5, "card")]),
        ("BEGIN:VCARD\nVERSION:3.0\nNOTE:x\nEND:VCARD\n" + GOOD, [(1, "nothing"), (5, "card")]),
        ("begin:vcard\nn:B;;;;\nend:vcard", [(1, "card")]),
    ],
)
def test_a_broken_card_is_reported_by_its_line_and_reading_goes_on(
    text: str, expected: list[tuple[int, str]]
) -> None:
    assert broken(text) == expected


def test_the_report_quotes_the_line() -> None:
    with translation.override("en"):
        (entry,) = read_vcards(b"BEGIN:VCARD\nini bukan baris kartu\nEND:VCARD")
    assert entry == {
        "line": 2,
        "code": "bad_line",
        "error": "“ini bukan baris kartu” is no line of a contact card.",
    }


PIECES = st.sampled_from(
    [
        b"BEGIN:VCARD",
        b"END:VCARD",
        b"VERSION:2.1",
        b"N:A;B;C;D;E",
        b"AGENT:",
        b"ADR:;;",
        b"=",
        b" x",
        b"TEL;CELL:+",
        b"NOTE;ENCODING=QUOTED-PRINTABLE:=C3=",
        b"PHOTO;BASE64:",
        b"BDAY:x",
        b"a.X-ABLABEL:y",
    ]
)


@given(st.one_of(st.binary(max_size=80), st.lists(PIECES, max_size=12).map(b"\n".join)))
def test_no_file_stops_the_reading(content: bytes) -> None:
    for entry in read_vcards(content):
        assert entry["line"] >= 1
        assert ("error" in entry) != ("last_name" in entry)
