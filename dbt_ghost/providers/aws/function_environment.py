"""A function's environment as Lambda tells it, to a caller who may read it."""

from __future__ import annotations

from typing import Any

from dbt_ghost.core.errors import Denied
from dbt_ghost.core.resources import Pairs, pairs


def read(configuration: dict[str, Any]) -> Pairs:
    """`configuration` is a FunctionConfiguration. Lambda answers all else to a caller who may not use the environment's
    key, and says why there is none. Raises Denied then: what cannot be read is not empty.
    """
    environment = configuration.get("Environment", {})
    if error := environment.get("Error"):  # without its message, which AWS marks as sensitive
        raise Denied(
            f"reading the environment of function {configuration['FunctionName']}: it is unreadable: "
            f"{error.get('ErrorCode', 'no reason given')}",
            f"give the caller kms:Decrypt on {configuration.get('KMSKeyArn') or 'its key'}; values are never shown",
        )
    return pairs(environment.get("Variables", {}))
