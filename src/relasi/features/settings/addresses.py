"""Addresses of the settings: home, company, users, one's own preferences.

Roles, profiles, groups, sharing rules, "why?" and looking as another user are in features/rights.
"""

from __future__ import annotations


def patterns() -> list[object]:
    return []
