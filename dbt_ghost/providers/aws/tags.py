"""Tags as our pairs and as AWS's mappings.

AWS takes at most 256 characters a value, and of ASCII only letters, digits, space and `+-=._:/@`; a branch name may be
longer and hold more. So the values of *our* tags are written with `=` and two hex digits for each other byte, and
spread over `key`, `key.2`, ... Values of other people's tags are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dbt_ghost.core.resources import Pairs, pairs

OURS = "dbt-ghost:"
VALUE_LIMIT = 240


def to_aws(tags: Pairs) -> dict[str, str]:
    written: dict[str, str] = {}
    for key, value in tags:
        written |= _spread(key, _encoded(value)) if key.startswith(OURS) else {key: value}
    return written


def from_aws(tags: Mapping[str, str]) -> Pairs:
    """Our pairs; AWS's own tags (`aws:...`) are left out, as nobody can write them."""
    read: dict[str, str] = {}
    for key in sorted(tags, key=_place):
        name = _place(key)[0]
        if not key.startswith("aws:"):
            read[name] = read.get(name, "") + tags[key]
    return pairs({key: _decoded(value) if key.startswith(OURS) else value for key, value in read.items()})


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def from_list(tags: list[dict[str, str]]) -> Pairs:
    return from_aws({tag["Key"]: tag["Value"] for tag in tags})


def _spread(key: str, value: str) -> dict[str, str]:
    parts = [value[start : start + VALUE_LIMIT] for start in range(0, len(value), VALUE_LIMIT)] or [""]
    return {key if number == 1 else f"{key}.{number}": part for number, part in enumerate(parts, 1)}


def _place(key: str) -> tuple[str, int]:
    """The tag that `key` is a part of, and which part."""
    part = re.fullmatch(r"(dbt-ghost:.+)\.(\d+)", key)
    return (part[1], int(part[2])) if part else (key, 1)


def _encoded(value: str) -> str:
    return re.sub(r"[^A-Za-z0-9 +\-._:/@]", lambda found: "".join(f"={b:02X}" for b in found[0].encode()), value)


def _decoded(value: str) -> str:
    raw = re.sub(rb"=([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), value.encode())
    return raw.decode(errors="replace")
