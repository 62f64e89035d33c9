"""Which keys of a bucket are meant, and how IAM writes that. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.topology import Account


@dataclass(frozen=True)
class Location:
    """Keys of a bucket: those that start with `prefix` and end with `suffix`, or the one key `prefix` if `exact`."""

    bucket: str
    prefix: str = ""
    suffix: str = ""
    exact: bool = False

    @classmethod
    def of_url(cls, url: str) -> Location:
        """`s3://bucket/prefix/` is every key below it, `s3://bucket/key` that one key."""
        bucket, _, key = url.removeprefix("s3://").partition("/")
        return cls(bucket, key, exact=bool(key) and not key.endswith("/"))

    @property
    def listed(self) -> str:
        """The pattern of the prefixes that may be listed to find the keys."""
        return self.prefix if self.exact else f"{self.prefix}*"

    def objects(self, account: Account) -> str:
        """The ARN pattern of the keys. Raises Refused for characters that IAM would read as a pattern."""
        for text in (self.bucket, self.prefix, self.suffix):
            if set(text) & set("*?${}"):
                raise Refused(
                    f"s3://{self.bucket}: {text!r} has a character with a meaning of its own in a policy",
                    "so far prefixes and suffixes must do without * ? $ { }",
                )
        rest = "" if self.exact else f"*{self.suffix}"
        return f"{account.bucket_arn(self.bucket)}/{self.prefix}{rest}"
