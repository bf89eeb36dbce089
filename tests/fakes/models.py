"""The table of contents of this app."""

from tests.fakes.cage import Cage
from tests.fakes.feeding import Feeding
from tests.fakes.parrot import Parrot

__all__ = ["Cage", "Feeding", "Parrot"]
