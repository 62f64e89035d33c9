"""What one look at a ghost gives: what is its own, what only has its names, and what its functions read of others."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_ghost.core.resources import Pairs, Resource

TAKEN = ("sqs", "mq")
"""Services whose messages go to one reader; a stream's records go to all."""


@dataclass(frozen=True)
class StrayMapping:
    """An event source mapping that no fork makes: a function of the ghost's reads a queue or stream that is not.

    `source_arn` is empty for a source outside AWS; `function_arn` may end in an alias or version.
    """

    uuid: str
    source_arn: str
    function_arn: str
    enabled: bool

    @property
    def function(self) -> str:
        """The function's name alone."""
        return self.function_arn.split(":")[6]

    @property
    def told(self) -> str:
        """What it does, for people."""
        _, _, service, _, account, name = self.source_arn.split(":", 5) if self.source_arn else [""] * 6
        what = f"queue {name}" if service == "sqs" else self.source_arn or "a source outside AWS"
        if service == "sqs" and account != self.function_arn.split(":")[4]:
            what = f"{what} of account {account}"
        takes = service in TAKEN
        if not self.enabled:
            does = f"would {'take the messages of' if takes else 'read'}", ", once it is switched on"
        else:
            does = "takes the messages of" if takes else "reads", ": nobody else gets them" if takes else ""
        return f"event source mapping {self.uuid}: {self.function} {does[0]} {what}, which is not the ghost's{does[1]}"

    @property
    def removal(self) -> str:
        """The command that removes it."""
        region = self.function_arn.split(":")[3]
        return f"aws lambda delete-event-source-mapping --region {region} --uuid {self.uuid}"


@dataclass(frozen=True)
class Found:
    """`resources` are the ghost's own by name and tag, in build order; `unclaimed` only has its names, in words:
    `role ghost-...`. `tags` are those that make something the ghost's, as AWS takes them.
    """

    resources: tuple[Resource, ...]
    unclaimed: tuple[str, ...] = ()
    strays: tuple[StrayMapping, ...] = ()
    tags: Pairs = ()
