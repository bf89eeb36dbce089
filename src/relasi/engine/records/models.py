"""The table of contents of this app."""

from relasi.engine.records.absorbed import Absorbed
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.double_pair import DoublePair
from relasi.engine.records.doubles_rule import DoublesRule
from relasi.engine.records.erasing import Erasure
from relasi.engine.records.legal_hold import LegalHold
from relasi.engine.records.numbering import NumberSeries
from relasi.engine.records.record import CoOwner, RecordIndex, Word

__all__ = [
    "Absorbed",
    "ChangeRow",
    "ChangeSet",
    "CoOwner",
    "DoublePair",
    "DoublesRule",
    "Erasure",
    "LegalHold",
    "NumberSeries",
    "RecordIndex",
    "Word",
]
