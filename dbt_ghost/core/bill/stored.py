"""What the files of a ghost's bucket tell of its costs. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from dbt_ghost.core.bill.prices import GB, MONTH_S
from dbt_ghost.core.bill.usage import Usage, Used
from dbt_ghost.core.resources import BucketEvent, Notifications

GONE = "what was overwritten or removed meanwhile"
BY_HAND = f"parts of large files, lists, and {GONE}"


@dataclass
class Stored:
    """One bucket's files, each taken once. `told` is the bucket's notification document, if it has one."""

    until: datetime
    told: Notifications | None = None
    files: int = 0
    bytes: int = 0
    published: int = 0
    gb_months: Decimal = field(default_factory=Decimal)

    def take(self, key: str, size: int, modified: datetime) -> None:
        """A file that is there: it was written, told of, and kept since."""
        self.files += 1
        self.bytes += size
        self.published += sum(_takes(entry, key) for entry in self._topics())
        seconds = max(0, int((self.until - modified).total_seconds()))
        self.gb_months += Decimal(size) / GB * seconds / MONTH_S

    def usage(self, bucket: str) -> Usage:
        """What was used at least, and why that is not all."""
        used = [Used("s3_put", Decimal(self.files), bucket), Used("s3_put", None, why=BY_HAND)]
        used += [Used("s3_gb_month", self.gb_months, bucket), Used("s3_gb_month", None, why=GONE)]
        if self.told and self.told.eventbridge:
            used += [Used("eventbridge_event", Decimal(self.files), bucket), Used("eventbridge_event", None, why=GONE)]
        if self._topics():
            used += [Used("sns_publish", Decimal(self.published), bucket), Used("sns_publish", None, why=GONE)]
        return Usage(tuple(used))

    def a_month(self, bucket: str) -> Usage:
        """What keeping the files costs from now on."""
        return Usage((Used("s3_gb_month", Decimal(self.bytes) / GB, bucket),))

    def _topics(self) -> list[BucketEvent]:
        return [entry for entry in self.told.entries if ":sns:" in entry.target_arn] if self.told else []


def _takes(entry: BucketEvent, key: str) -> bool:
    return key.startswith(entry.prefix) and key.endswith(entry.suffix)
