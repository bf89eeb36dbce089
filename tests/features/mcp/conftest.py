"""The aviary for programs with tools: modules with a value of every kind, and people who see more or less of them."""

from tests.engine.conftest import _aviary, aviary

__all__ = ["_aviary", "aviary"]
