"""Addresses of the settings."""

from __future__ import annotations


def patterns() -> list[object]:
    return []
