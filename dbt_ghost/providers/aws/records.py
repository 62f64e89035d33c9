"""The records in the state bucket: `ghosts/<ghost>.json`."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.record import Record, StoredRecord, UnreadableRecord
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.aws.state_bucket import StateBucket

FOLDER = "ghosts/"


class AwsRecords:
    """`operations.world.Records`. Every method raises GhostError for a missing bucket, with the lines that make it."""

    def __init__(self, session: Session, bucket: str) -> None:
        self._state = StateBucket(session, bucket, "record")

    def read(self, ghost: GhostName) -> StoredRecord | None:
        key = key_of(ghost.id)
        found = self._state.read(key)
        return self._stored(key, *found) if found else None

    def list(self) -> Iterator[StoredRecord | UnreadableRecord]:
        for key in self._state.keys(FOLDER):
            found = self._state.read(key)
            try:
                if found:
                    yield self._stored(key, *found)
            except GhostError as error:
                yield UnreadableRecord(error.message)

    def write(self, record: Record, version: str | None) -> StoredRecord:
        hint = "see `ghost-ingest status`, then run the command again"
        return StoredRecord(record, self._state.write(key_of(record.ghost), record, version, hint))

    def _stored(self, key: str, body: bytes, version: str) -> StoredRecord:
        otherwise = "restore an older version of the object, or delete it: drop works without"
        record = self._state.parsed(key, body, Record, otherwise)
        if key_of(record.ghost) != key:
            raise GhostError(
                f"{self._state.called(key)} is of another ghost, {record.ghost}",
                "restore an older version of the object",
            )
        return StoredRecord(record, version)


def key_of(ghost: str) -> str:
    return f"{FOLDER}{ghost}.json"
