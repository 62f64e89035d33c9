"""The record: what is written is read back, and a lock holds for its lease."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from dbt_ghost.core.record import LEASE, Record, RecordedChange, RecordedResource, RecordedStep

NOW = datetime(2025, 1, 1, tzinfo=UTC)

RECORD = Record(
    project="flights",
    branch="fix/overnight-arrivals",
    ghost="ghost-flights-fix-overnight-arrivals-09ce69",
    account="111111111111",
    region="eu-west-1",
    state="building",
    created_at=NOW,
    updated_at=NOW,
    expires_at=NOW + timedelta(days=3),
    steps={"clean": RecordedStep(function="flights-clean", forked_from_sha256="a", code_sha256="b", changed=True)},
    resources=(RecordedResource(kind="function", name="ghost-flights-x-clean"),),
    journal=(RecordedChange(verb="create", kind="function", name="ghost-flights-x-clean"),),
)


def test_a_record_survives_its_json() -> None:
    locked = RECORD.locked("me", NOW)

    assert Record.model_validate_json(locked.model_dump_json()) == locked


@pytest.mark.parametrize("change", [{"ghost_record": 2}, {"unknown": 1}, {"state": "asleep"}, {"project": None}])
def test_a_record_of_another_version_or_with_unknown_keys_is_refused(change: dict[str, object]) -> None:
    document = {**RECORD.model_dump(mode="json"), **change}

    with pytest.raises(ValidationError):
        Record.model_validate(document)


def test_keys_of_later_versions_are_reserved() -> None:
    reserved = {"scope", "proof", "cutover", "pins", "backups"}

    assert reserved <= set(Record.model_json_schema()["properties"])


def test_a_lock_holds_against_others_until_its_lease_ends() -> None:
    locked = RECORD.locked("me", NOW)

    assert locked.held_by_other("you", NOW)
    assert locked.held_by_other("you", NOW + LEASE - timedelta(seconds=1))
    assert not locked.held_by_other("you", NOW + LEASE)
    assert not locked.held_by_other("me", NOW)


def test_an_unlocked_record_is_anybodys() -> None:
    later = NOW + timedelta(seconds=5)
    unlocked = RECORD.locked("me", NOW).unlocked(later)

    assert not unlocked.held_by_other("you", later)
    assert unlocked.updated_at == later


def test_a_change_is_only_planned_until_it_has_an_outcome() -> None:
    assert RECORD.journal[0].outcome == "planned"


def test_a_step_of_an_older_record_is_read() -> None:
    """Its new fields say that nothing is known."""
    before = RecordedStep.model_validate(
        {"function": "flights-clean", "forked_from_sha256": "a", "code_sha256": "b", "changed": True}
    )

    assert (before.qualifier, before.from_prod, before.writes, before.live_since) == ("", (), {}, None)


def test_what_a_replay_and_a_cutover_need_of_a_step_survives_json() -> None:
    step = RECORD.steps["clean"].model_copy(
        update={"qualifier": "live", "from_prod": ("raw",), "writes": {"mid": "ghost-mid"}, "live_since": NOW}
    )
    record = RECORD.model_copy(update={"steps": {"clean": step}})

    assert Record.model_validate_json(record.model_dump_json()) == record
