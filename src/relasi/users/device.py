"""The short name of a browser and its system, from what it says of itself."""

from __future__ import annotations

# The first word found wins, so that a browser that claims to be another one comes before that other.
BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_name(user_agent: str) -> str:
    """ "Chrome · Windows"; the beginning of the text itself for something unknown; "–" for nothing."""
    named = [next((name for word, name in known if word in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, named)) or user_agent[:40] or "–"
