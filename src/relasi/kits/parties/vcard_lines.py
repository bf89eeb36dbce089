"""vCard lines: the properties of a .vcf file unfolded, decoded and unescaped, versions 2.1, 3.0 and 4.0."""

import codecs
import quopri
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

# [group.]NAME[;parameter…]: and the value; a parameter value may be quoted.
_PROPERTY = re.compile(
    rb"(?:(?P<group>[A-Za-z0-9_-]+)\.)?(?P<name>[A-Za-z0-9_-]+)(?P<parameters>(?:;(?:\"[^\"]*\"|[^\":;])*)*):"
)
_PARAMETER = re.compile(r';((?:"[^"]*"|[^";])*)')
_LINE_END = re.compile(rb"\r{0,2}\n|\r")  # some exports end their lines in CR CR LF
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_TOKEN = re.compile(r"\\.|;|[^\\;]+|\\", re.DOTALL)
_BYTE_ORDERS = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)

# Pictures, sounds and keys: large, binary, and nothing a flat record could hold.
_BINARY = frozenset(("PHOTO", "LOGO", "SOUND", "KEY", "X-MS-CARDPICTURE", "X-MS-OL-DESIGN"))


@dataclass(slots=True)
class Property:
    """One property of a card. `raw` is its value, decoded but still with the escapes of its version."""

    line: int
    name: str
    raw: str = ""
    group: str = ""
    types: frozenset[str] = frozenset()  # upper case: HOME, WORK, CELL, PREF …
    parameters: dict[str, str] = field(default_factory=dict)
    version: str = "3.0"

    @property
    def text(self) -> str:
        """The whole value as plain text."""
        return self._unescaped(self.raw).strip()

    @property
    def parts(self) -> list[str]:
        """The parts of a structured value such as N, ADR or ORG."""
        return [self._unescaped(part).strip() for part in _split(self.raw)]

    @property
    def preferred(self) -> bool:
        """Whether the card calls this value the first among its kind."""
        return "PREF" in self.types or self.parameters.get("PREF") in ("1", "")

    def _unescaped(self, text: str) -> str:
        return _ESCAPE.sub(self._meant, text).replace("\r\n", "\n")

    def _meant(self, escaped: re.Match[str]) -> str:
        if self.version == "2.1" and escaped[1].isalnum():
            return escaped[0]  # this version escapes marks only; it is a path such as C:\new
        return "\n" if escaped[1] in "nN" else escaped[1]


@dataclass(slots=True)
class Unreadable:
    """A line that is no property, with its number."""

    line: int
    text: str


def read_properties(content: bytes) -> Iterator[Property | Unreadable]:
    """Yield every property of a file in order, BEGIN and END included; binary values come without content."""
    version = "3.0"
    for line, raw in _unfolded(_as_utf8(content)):
        found = _PROPERTY.match(raw)
        if not found:
            yield Unreadable(line, _decoded(raw, ""))
            continue
        name = found["name"].decode().upper()
        types, parameters = _parameters(found["parameters"].decode("utf-8", "replace"))
        group = (found["group"] or b"").decode().lower()
        one = Property(line, name, "", group, types, parameters, version)
        if name not in _BINARY:
            one.raw = _value(raw[found.end() :], one)
        if name == "VERSION":
            version = one.text or version
        yield one


def _as_utf8(content: bytes) -> bytes:
    """Return the file without byte order mark; UTF-16 (some Windows programs) re-coded."""
    for mark, encoding in _BYTE_ORDERS:
        if content.startswith(mark):
            return content.decode(encoding, "replace").encode()
    if content[:200].count(b"\0") > len(content[:200]) // 4:
        encoding = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
        return content.decode(encoding, "replace").encode()
    return content


def _unfolded(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Join the lines of each property: folded, broken inside quoted-printable, or a block of base64."""
    lines = _LINE_END.split(content)
    place = 0
    while place < len(lines):
        start, line = place, lines[place]
        place += 1
        if not line.strip():
            continue
        pieces = [line]
        found = _PROPERTY.match(line)
        parameters = found["parameters"].upper() if found else b""
        if b"QUOTED-PRINTABLE" in parameters:
            place = _soft_breaks(lines, place, pieces)
        elif b"BASE64" in parameters or b"ENCODING=B" in parameters:
            place = _base64_block(lines, place)
        while place < len(lines) and lines[place][:1] in (b" ", b"\t"):
            pieces.append(lines[place][1:])
            place += 1
        yield start + 1, b"".join(pieces)


def _soft_breaks(lines: list[bytes], place: int, pieces: list[bytes]) -> int:
    """Take the following lines while the last one ends in "="; return where the next property starts."""
    while pieces[-1].rstrip().endswith(b"=") and place < len(lines):
        pieces[-1] = pieces[-1].rstrip()[:-1]
        pieces.append(lines[place])
        place += 1
    return place


def _base64_block(lines: list[bytes], place: int) -> int:
    """Skip the lines of a base64 value, indented or not; a property or the end of a card ends it."""
    while place < len(lines) and lines[place].strip() and not _PROPERTY.match(lines[place]):
        place += 1
    return place


def _parameters(written: str) -> tuple[frozenset[str], dict[str, str]]:
    """Return the types and the other parameters; version 2.1 writes types bare (";CELL;PREF")."""
    types: set[str] = set()
    parameters: dict[str, str] = {}
    for parameter in _PARAMETER.findall(written):
        name, equals, value = parameter.partition("=")
        name, value = name.strip().upper(), value.strip().strip('"')
        if not equals:
            types.add(name)
        elif name == "TYPE":
            types.update(one.strip().upper() for one in value.split(","))
        else:
            parameters[name] = value
    return frozenset(types), parameters


def _value(raw: bytes, one: Property) -> str:
    encoding = one.parameters.get("ENCODING", "").upper()
    charset = one.parameters.get("CHARSET", "")
    if encoding == "QUOTED-PRINTABLE" or "QUOTED-PRINTABLE" in one.types:
        # A decoded semicolon is text, not a border between parts; a backslash is a backslash.
        pieces = (_decoded(quopri.decodestring(piece), charset) for piece in _split_bytes(raw))
        return ";".join(piece.replace("\\", "\\\\").replace(";", "\\;") for piece in pieces)
    return _decoded(raw, charset)


def _split_bytes(raw: bytes) -> list[bytes]:
    return [piece.replace(b"\\;", b";") for piece in re.split(rb"(?<!\\);", raw)]


def _decoded(raw: bytes, charset: str) -> str:
    """Decode by the named charset, else UTF-8, else Windows-1252, which older programs write unsaid."""
    if charset:
        with suppress(LookupError):
            return raw.decode(charset, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _split(text: str) -> list[str]:
    """Split at semicolons that are not escaped."""
    if "\\" not in text:
        return text.split(";")
    parts = [""]
    for token in _TOKEN.findall(text):
        if token == ";":
            parts.append("")
        else:
            parts[-1] += token
    return parts
