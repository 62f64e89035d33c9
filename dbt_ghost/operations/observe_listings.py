"""The listings of the buckets that are compared. Each bucket is listed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from dbt_ghost.core.errors import GhostError
from dbt_ghost.core.observe.objects import Seen
from dbt_ghost.core.observe.pairing import Keys
from dbt_ghost.core.observe.steps import ObservedStep
from dbt_ghost.operations.world import ComparedObjects


@dataclass
class Listings:
    """`prefix` narrows the keys, `most` bounds how many of a bucket are taken; `listing` hears each URL.

    What went wrong with one bucket is said to whoever asks for it, and to nobody else.
    """

    objects: ComparedObjects
    prefix: str
    most: int
    listing: Callable[[str], None]
    found: dict[str, Keys | GhostError] = field(default_factory=dict)

    def list_all(self, steps: Iterable[ObservedStep]) -> None:
        """Against the direction of data, prod's before the ghost's: an input is never older than what was made of it,
        so a version that comes meanwhile shows, and is no difference.
        """
        against = list(steps)[::-1]
        outputs = [bucket for each in against for pair in each.outputs for bucket in pair]
        inputs = [bucket for each in against for pair in each.inputs for bucket in pair]
        for bucket in dict.fromkeys((*outputs, *inputs)):
            self.found[bucket] = self._listed(bucket)

    def of(self, bucket: str) -> Keys:
        """Raises what listing it raised."""
        found = self.found[bucket]
        if isinstance(found, GhostError):
            raise found
        return found

    def _listed(self, bucket: str) -> Keys | GhostError:
        """An input may differ from its output in what says the format, so the last part of the prefix is left out."""
        folder = self.prefix[: self.prefix.rfind("/") + 1]
        self.listing(f"s3://{bucket}/{folder}")
        kept = dict[str, Seen]()
        try:
            for each in self.objects.list(bucket, folder):
                kept[each.key] = each
                if len(kept) > self.most:
                    told = f"s3://{bucket}/{folder} has more than {self.most} objects: compare a part, by a prefix"
                    return GhostError(told)
        except GhostError as error:
            return error
        return kept
