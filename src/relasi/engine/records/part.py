"""Part: a row that belongs to one record and is seen and changed by whoever may see and change that record."""

from relasi.engine.declare.tracked import Tracked
from relasi.engine.records.record import RecordManager


class Part(Tracked):
    """Abstract. The concrete class declares `part_of`, the name of its reference to the record."""

    objects = RecordManager()

    class Meta(Tracked.Meta):
        abstract = True
