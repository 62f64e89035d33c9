"""What is on a screenshot: its size and its colours."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from dataclasses import dataclass

Colour = tuple[int, ...]


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    colours: Counter[Colour]

    @property
    def ground(self) -> Colour:
        """The colour that most of it has."""
        return self.colours.most_common(1)[0][0]


def picture(png: bytes) -> Picture:
    """Of eight bits a channel, not interlaced, as Chromium writes them."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    place, data, head = 8, b"", (0, 0, 0, 0)
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        chunk = png[place + 8 : place + 8 + length]
        place += length + 12
        if kind == b"IHDR":
            head = struct.unpack(">IIBB", chunk[:10])
        if kind == b"IDAT":
            data += chunk
    width, height, depth, colour = head
    assert (depth, colour) in ((8, 2), (8, 6))
    return Picture(width, height, _colours(zlib.decompress(data), width, height, 3 if colour == 2 else 4))


def _colours(raw: bytes, width: int, height: int, step: int) -> Counter[Colour]:
    found = Counter[Colour]()
    above = bytearray(width * step)
    for line in range(height):
        start = line * (width * step + 1)
        above = _line(raw[start], bytearray(raw[start + 1 : start + 1 + width * step]), above, step)
        found.update(zip(*(above[channel::step] for channel in range(3)), strict=True))
    return found


def _line(how: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    """The filters of PNG (RFC 2083, 6)."""
    for place in range(len(line)):
        left = line[place - step] if place >= step else 0
        corner = above[place - step] if place >= step else 0
        add = (0, left, above[place], (left + above[place]) // 2, _paeth(left, above[place], corner))[how]
        line[place] = (line[place] + add) & 255
    return line


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda each: abs(guess - each))
