"""Replays in the state bucket: `replays/<ghost>.json`."""

from __future__ import annotations

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.naming import GhostName
from dbt_ghost.core.replay import Replay, StoredReplay
from dbt_ghost.providers.aws.session import Session
from dbt_ghost.providers.aws.state_bucket import StateBucket

FOLDER = "replays/"
BEGIN_AGAIN = "delete the object: the next replay then begins at the beginning"


class AwsReplays:
    """`operations.world.Replays`. Every method raises GhostError for a missing bucket, with the lines that make it."""

    def __init__(self, session: Session, bucket: str) -> None:
        self._state = StateBucket(session, bucket, "replay")

    def read(self, ghost: GhostName) -> StoredReplay | None:
        key = key_of(ghost.id)
        found = self._state.read(key)
        if found is None:
            return None
        replay = self._state.parsed(key, found[0], Replay, BEGIN_AGAIN)
        if key_of(replay.ghost) != key:
            raise GhostError(f"{self._state.called(key)} is of another ghost, {replay.ghost}", BEGIN_AGAIN)
        return StoredReplay(replay, found[1])

    def write(self, replay: Replay, version: str | None) -> StoredReplay:
        hint = "only one process replays into a ghost at a time: run the command again when the other is done"
        return StoredReplay(replay, self._state.write(key_of(replay.ghost), replay, version, hint))

    def delete(self, ghost: GhostName) -> None:
        """Whatever it says: one that cannot be read goes too."""
        self._state.delete(key_of(ghost.id))


def key_of(ghost: str) -> str:
    return f"{FOLDER}{ghost}.json"
