"""A function of production as discovery reads it, for tests that need one and care for little of it."""

from __future__ import annotations

from dbt_ghost.core.resources import pairs
from dbt_ghost.core.topology import Account, ProdFunction
from dbt_ghost.providers.artifacts import sha256

ACCOUNT = Account("111111111111", "eu-west-1")


def prod_function(name: str, code: bytes = b"code", **environment: str) -> ProdFunction:
    """Of a role of its own, of whose policies nothing is known."""
    return ProdFunction(
        name=name,
        arn=ACCOUNT.function_arn(name),
        role_arn=ACCOUNT.role_arn(name),
        runtime="python3.12",
        handler="app.handler",
        code_sha256=sha256(code),
        architecture="arm64",
        memory_mb=256,
        timeout_s=60,
        ephemeral_mb=512,
        layers=(),
        environment=pairs(environment),
    )
