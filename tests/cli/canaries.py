"""Secrets that must be found nowhere, and a search for them in every form that they could take."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, quote_plus

MOST_BYTES_AROUND = 3
"""Base64 writes three bytes as four letters: what it looks like depends on what stands before it."""


@dataclass(frozen=True)
class Canary:
    """`value` holds each of `cores`, texts of letters and digits that nothing else in the world holds."""

    value: str
    cores: tuple[str, ...]

    @cached_property
    def needles(self) -> Mapping[bytes, str]:
        """What betrays it -> how it is written there. All in small letters: capitals may be swapped."""
        found = dict(_digests(self.value))
        for text in (self.value, *self.cores):
            for form, needle in _forms(text):
                found.setdefault(needle.lower(), form)
        return found


PLAIN = Canary("Kanarie7qX2plainZ", ("Kanarie7qX2plainZ",))
URL = Canary("postgresql://loader:Kanarie7qX2urlZ@db.internal:5432/prod", ("Kanarie7qX2urlZ",))
TOKEN = Canary("eyJhbGciOiJIUzI1NiJ9.Kanarie7qX2bodyZ.Kanarie7qX2signZ", ("Kanarie7qX2bodyZ", "Kanarie7qX2signZ"))
ODD = Canary(
    "Kanarie7qX2oddA \"'\\\n\r\t<&> ö✓💧 %41 %s {x} $(y) Kanarie7qX2oddZ", ("Kanarie7qX2oddA", "Kanarie7qX2oddZ")
)
SET = Canary("Kanarie7qX2setZ", ("Kanarie7qX2setZ",))
DROPPED = Canary("AKIAKANARIE7QX2DROPZ", ("AKIAKANARIE7QX2DROPZ",))
LATER = Canary("Kanarie7qX2laterZ", ("Kanarie7qX2laterZ",))
ALL = (PLAIN, URL, TOKEN, ODD, SET, DROPPED, LATER)


def betrayed(text: bytes) -> tuple[str, ...]:
    """Which canaries are in there, and how: `Kanarie7qX2plainZ as hex`. Empty if none is."""
    small = text.lower()
    return tuple(
        f"{canary.cores[0]} as {form}" for canary in ALL for needle, form in canary.needles.items() if needle in small
    )


def _forms(text: str) -> Iterator[tuple[str, bytes]]:
    raw = text.encode()
    yield "itself", raw
    yield "UTF-16", text.encode("utf-16-le")
    yield "hex", raw.hex().encode()
    yield "a list of bytes", ", ".join(map(str, raw)).encode()
    yield "repr", repr(text)[1:-1].encode()
    yield "repr of bytes", repr(raw)[2:-1].encode()
    yield "HTML", html.escape(text).encode()
    for ascii in (True, False):
        once = json.dumps(text, ensure_ascii=ascii)[1:-1]
        yield "JSON", once.encode()
        yield "JSON in JSON", json.dumps(once, ensure_ascii=ascii)[1:-1].encode()
    yield "URL", quote(text, safe="").encode()
    yield "form", quote_plus(text).encode()
    yield "backwards", text[::-1].encode()
    for before in range(MOST_BYTES_AROUND):
        yield "base64", _base64(raw, before)
        yield "base64 for URLs", _base64(raw, before).translate(bytes.maketrans(b"+/", b"-_"))


def _base64(raw: bytes, before: int) -> bytes:
    """The part of it that does not depend on the `before` bytes in front, nor on what follows."""
    whole = base64.b64encode(b"\0" * before + raw).rstrip(b"=")
    first = -(-before * 4 // 3)
    return whole[first : (before + len(raw)) * 8 // 6]


def _digests(text: str) -> Iterator[tuple[bytes, str]]:
    """A digest of a short password can be guessed."""
    for name in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(name, text.encode())
        yield digest.hexdigest().encode(), f"{name} in hex"
        yield base64.b64encode(digest.digest()).rstrip(b"=").lower(), f"{name} in base64"
