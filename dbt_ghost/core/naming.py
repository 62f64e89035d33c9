"""Every name a ghost gives. The macros in `macros/naming/` are the twin of this file; a property test keeps them equal.

One rule: the branch lower-cased, every run of characters outside a-z and 0-9 made one separator, trimmed, cut to
what the kind's limit leaves, plus the first six hex digits of the MD5 of the full branch name.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from dbt_ghost.core.errors import GhostError

PROJECT_PATTERN = r"[a-z][a-z0-9]{1,9}"
"""No hyphen: `ghost-acme-*` would otherwise cover the ghosts of a project `acme-etl`."""

STEP_PATTERN = r"[a-z][a-z0-9-]{0,15}"

NAME_LIMIT = 64  # Lambda function, IAM role, EventBridge rule (F 3.11, F 4.12, F 1.14)
BUCKET_LIMIT = 31  # 63, less the 32 characters of the longest account-regional suffix (F 5.2)
DATABASE_SLUG = 40  # of Snowflake's 255 (F 7.17), which leaves room for the name of the cloned database
STEP_LENGTH = 16
PIECE_DIGEST = 4
REGION_LENGTH = 15
BUCKET_DIGEST = 4
BRANCH_DIGEST = 6

TAP = "tap"
"""The step name that the ghost's own tap takes; no configured step may have it."""

TAP_HANDLER = "handler.handler"
"""The handler of the tap's package: the function `handler` of its `handler.py`."""


def md5(text: str) -> str:
    """Hex MD5 of the UTF-8 text: a short name, not a secret."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def slug(branch: str, length: int) -> str:
    """The readable part of a name: a-z, 0-9 and single inner hyphens, at most `length` characters."""
    return re.sub(r"[^a-z0-9]+", "-", branch.lower()).strip("-")[:length].strip("-")


@dataclass(frozen=True)
class GhostName:
    """The names of one branch's ghost in one project. Raises GhostError for a project name outside the pattern."""

    project: str
    branch: str

    def __post_init__(self) -> None:
        if not re.fullmatch(PROJECT_PATTERN, self.project):
            raise GhostError(
                f"project: {self.project!r} cannot be part of a ghost's names",
                "use 2 to 10 lower-case letters and digits, a letter first, for example `project: shop`",
            )
        if not self.branch.strip():
            raise GhostError("the branch name is empty", "pass --branch, or set GHOST_BRANCH")

    @property
    def digest(self) -> str:
        return md5(self.branch)[:BRANCH_DIGEST]

    @property
    def project_prefix(self) -> str:
        """What every AWS name of every ghost of the project starts with; policies rely on it."""
        return f"ghost-{self.project}-"

    @property
    def id(self) -> str:
        """The ghost's own name, which its functions and rules start with; also the key of its record."""
        return self._name(NAME_LIMIT - STEP_LENGTH - 1)

    def function(self, step: str) -> str:
        return f"{self.id}-{step}"

    def rule(self, step: str) -> str:
        """The rule that feeds the tap."""
        return f"{self.id}-{step}"

    def failures(self, step: str) -> str:
        """The queue of the events that a step could not take."""
        return f"{self.id}-{step}-failed"

    def piece(self, step: str, of: str) -> str:
        """The queue, topic or rule of a step that stands in for prod's with the ARN `of`."""
        return f"{self.piece_prefix}{step}-{md5(of)[:PIECE_DIGEST]}"

    @property
    def piece_prefix(self) -> str:
        return f"{self._name(NAME_LIMIT - STEP_LENGTH - PIECE_DIGEST - 2)}-"

    def log_group(self, step: str) -> str:
        return f"/aws/lambda/{self.function(step)}"

    def role(self, step: str, region: str) -> str:
        """IAM is global, so a role's name carries the region."""
        return f"{self._name(NAME_LIMIT - STEP_LENGTH - REGION_LENGTH - 2)}-{step}-{region}"

    def bucket(self, prod_bucket: str) -> str:
        """The ghost bucket that stands in for a prod bucket."""
        return f"{self._name(BUCKET_LIMIT - BUCKET_DIGEST - 1)}-{md5(prod_bucket)[:BUCKET_DIGEST]}"

    def database(self, prod_database: str = "") -> str:
        """The clone's name, upper case and safe unquoted; empty for the first of the configured databases."""
        parts = ["ghost", self.project, slug(self.branch, DATABASE_SLUG).replace("-", "_"), self.digest, prod_database]
        return "_".join(part for part in parts if part).upper()

    def _name(self, limit: int) -> str:
        fixed = len(self.project_prefix) + 1 + BRANCH_DIGEST
        readable = slug(self.branch, max(limit - fixed, 0))
        return "-".join(part for part in (f"ghost-{self.project}", readable, self.digest) if part)
