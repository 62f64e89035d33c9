"""Durations as people write them: `45m`, `12h`, `3d`, `2w`."""

from __future__ import annotations

import re
from datetime import timedelta

DURATION_PATTERN = r"[1-9][0-9]{0,4}[mhdw]"
LONGEST = timedelta(days=366)

_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


def parse_duration(text: str) -> timedelta:
    """`3d` as a timedelta. Raises ValueError, worded for people."""
    if not re.fullmatch(DURATION_PATTERN, text):
        raise ValueError("must be a number and m, h, d or w, for example 12h or 3d")
    length = int(text[:-1]) * _UNITS[text[-1]]
    if length > LONGEST:
        raise ValueError(f"must be at most {format_duration(LONGEST)}")
    return length


def format_duration(length: timedelta) -> str:
    """The shortest way to write whole minutes: 4320 minutes are `3d`."""
    for unit in ("d", "h"):
        if length % _UNITS[unit] == timedelta():
            return f"{length // _UNITS[unit]}{unit}"
    return f"{length // _UNITS['m']}m"
