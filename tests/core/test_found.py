"""What is told of a mapping that no fork made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dbt_ghost.core.found import StrayMapping

HERE = "eu-west-1:111111111111"
QUEUE, STREAM = f"arn:aws:sqs:{HERE}:p-files", f"arn:aws:kinesis:{HERE}:stream/p"
STRAY = StrayMapping("14e0", QUEUE, f"arn:aws:lambda:{HERE}:function:ghost-shop-x-abc123-clean", enabled=True)
BROKER = f"arn:aws:mq:{HERE}:broker:p:b-1"
HEAD = "event source mapping 14e0: ghost-shop-x-abc123-clean "


@pytest.mark.parametrize(
    ("stray", "does"),
    [
        (STRAY, "takes the messages of queue p-files, which is not the ghost's: nobody else gets them"),
        (
            replace(STRAY, enabled=False),
            "would take the messages of queue p-files, which is not the ghost's, once it is switched on",
        ),
        (
            replace(STRAY, source_arn="arn:aws:sqs:eu-west-1:222222222222:theirs"),
            "takes the messages of queue theirs of account 222222222222, which is not the ghost's"
            ": nobody else gets them",
        ),
        (
            replace(STRAY, source_arn=BROKER),
            f"takes the messages of {BROKER}, which is not the ghost's: nobody else gets them",
        ),
        (replace(STRAY, source_arn=STREAM), f"reads {STREAM}, which is not the ghost's"),
        (
            replace(STRAY, source_arn=STREAM, enabled=False),
            f"would read {STREAM}, which is not the ghost's, once it is switched on",
        ),
        (replace(STRAY, source_arn=""), "reads a source outside AWS, which is not the ghost's"),
    ],
)
def test_it_is_told_what_a_stray_does_to_others(stray: StrayMapping, does: str) -> None:
    assert stray.told == HEAD + does


def test_a_stray_of_an_alias_is_the_functions() -> None:
    assert replace(STRAY, function_arn=f"{STRAY.function_arn}:live").function == "ghost-shop-x-abc123-clean"


def test_the_command_that_removes_a_stray_names_its_region() -> None:
    assert STRAY.removal == "aws lambda delete-event-source-mapping --region eu-west-1 --uuid 14e0"
