"""Addresses of the import screens."""

from __future__ import annotations


def patterns() -> list[object]:
    return []
