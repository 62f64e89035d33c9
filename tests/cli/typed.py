"""What tests of typed commands share: how one is typed, and a ghost that is on record without a fork."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from click.testing import CliRunner, Result

from dbt_ghost.core.record import Record
from dbt_ghost.demo.story import BRANCH
from ghost_cli.main import cli
from tests.cli.told import GHOST
from tests.local_aws import PROD_ACCOUNT, REGION


def ghost_ingest(*words: str, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(cli, list(words))
    assert result.exit_code == exit_code, result.output
    return result


def recorded(born: datetime, **more: Any) -> Record:
    ghost = {"project": "flights", "branch": BRANCH, "ghost": GHOST.id, "account": PROD_ACCOUNT, "region": REGION}
    times = {"created_at": born, "updated_at": born, "expires_at": born + timedelta(days=3)}
    return Record(**ghost, **times, state="ready", **more)
