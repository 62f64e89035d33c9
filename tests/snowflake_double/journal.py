"""Every statement that reached the account, also those inside blocks and procedures."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass
class Entry:
    index: int
    text: str
    user: str
    role: str
    query_tag: str
    parent: int | None  # the entry whose block or procedure ran it
    outcome: str = "running"  # then "ok" or "<errno>: <message>"


class Journal:
    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._lock = threading.Lock()

    def begin(self, text: str, user: str, role: str, query_tag: str, parent: int | None) -> Entry:
        with self._lock:
            entry = Entry(len(self.entries), text, user, role, query_tag, parent)
            self.entries.append(entry)
            return entry

    def texts(self, containing: str = "") -> list[str]:
        return [entry.text for entry in self.entries if containing.lower() in entry.text.lower()]

    def since(self, index: int) -> list[Entry]:
        return self.entries[index:]

    def __len__(self) -> int:
        return len(self.entries)
