"""The table of contents of this app."""

from tests.fakes.cage import Cage
from tests.fakes.feeding import Feeding
from tests.fakes.parrot import Parrot
from tests.fakes.perch import Perch, Scratch

__all__ = ["Cage", "Feeding", "Parrot", "Perch", "Scratch"]
