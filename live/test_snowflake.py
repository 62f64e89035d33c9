"""`make test-snowflake-live`: asks a real account what could not be known without one, and prints the answers."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from live.account import Scratch, options, scratch
from live.questions import QUESTIONS, Question


@pytest.fixture(scope="module")
def account() -> Iterator[Scratch]:
    try:
        found = options(os.environ)
    except ValueError as missing:
        pytest.exit(str(missing), returncode=2)
    with scratch(found) as account:
        yield account


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.text)
def test_the_account_answers(account: Scratch, question: Question, capsys: pytest.CaptureFixture[str]) -> None:
    answer = question.answer(account)
    with capsys.disabled():
        print(f"\n({question.letter}) {question.text}\n    {answer}")
    assert answer
