"""What ghosts are made of, on AWS. Before any change: the name is a ghost's, and what exists is the same branch's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from dbt_ghost.core.errors import NotFound, Refused
from dbt_ghost.core.naming import BRANCH_DIGEST, BUCKET_DIGEST, STEP_PATTERN, GhostName
from dbt_ghost.core.resources import (
    BUILD_ORDER,
    TAG_BRANCH,
    Bucket,
    Function,
    LogGroup,
    Notifications,
    Resource,
    Role,
    Rule,
    kind_of,
    name_of,
)
from dbt_ghost.core.topology import Account
from dbt_ghost.providers.aws import buckets, functions, log_groups, notifications, roles, rules
from dbt_ghost.providers.aws.session import Session

LOG_FOLDER = "/aws/lambda/"


class AwsGhosts:
    """`operations.world.Ghosts` on AWS, for the ghosts of one project in one account and region."""

    def __init__(self, session: Session, project: str, account: Account) -> None:
        self._session = session
        self._account = account
        self._project = project
        self._pattern = re.compile(rf"ghost-{project}-(?:[a-z0-9-]+-)?[0-9a-f]{{{BRANCH_DIGEST}}}-[a-z0-9-]+")

    def find(self, ghost: GhostName) -> tuple[Resource, ...]:
        """In build order. A log group without tags counts by its name: Lambda makes such, for late invocations."""
        found = [resource for resource in self._existing(ghost) if self._is_claimed(ghost, resource)]
        own = [notifications.read(self._session, bucket.name) for bucket in found if isinstance(bucket, Bucket)]
        everything = [*found, *(one for one in own if one is not None)]
        return tuple(sorted(everything, key=lambda one: (BUILD_ORDER.index(type(one)), name_of(one))))

    def unclaimed(self, ghost: GhostName) -> tuple[str, ...]:
        left = [resource for resource in self._existing(ghost) if not self._is_claimed(ghost, resource)]
        return tuple(sorted(_called(resource) for resource in left if self._named_by(ghost, resource)))

    def put(self, resource: Resource, code: bytes | None = None) -> None:
        self._guard_put(resource)
        match resource:
            case Bucket():
                buckets.put(self._session, resource)
            case LogGroup():
                log_groups.put(self._session, resource)
            case Role():
                roles.put(self._session, resource)
            case Function():
                functions.put(self._session, resource, code)
            case Notifications():
                notifications.put(self._session, resource)
            case Rule():
                rules.put(self._session, resource)
            case _:
                assert_never(resource)

    def delete(self, resource: Resource) -> None:
        self._guard_name(resource)
        self._guard_existing(resource, _branch_of(resource))
        match resource:
            case Bucket():
                buckets.delete(self._session, resource.name)
            case LogGroup():
                log_groups.delete(self._session, resource.name)
            case Role():
                roles.delete(self._session, resource.name)
            case Function():
                functions.delete(self._session, resource.name)
            case Notifications():
                notifications.delete(self._session, resource.bucket)
            case Rule():
                rules.delete(self._session, resource.name)
            case _:
                assert_never(resource)

    def _read(self, resource: Resource) -> Resource | None:
        match resource:
            case Bucket():
                return buckets.read(self._session, resource.name)
            case LogGroup():
                return log_groups.read(self._session, resource.name)
            case Role():
                return roles.read(self._session, resource.name)
            case Function():
                return functions.read(self._session, resource.name)
            case Notifications():  # without tags of its own: the bucket's count
                return buckets.read(self._session, resource.bucket)
            case Rule():
                return rules.read(self._session, resource.name)
            case _:
                assert_never(resource)

    def _existing(self, ghost: GhostName) -> Iterator[Resource]:
        for stub in self._named(ghost):
            if resource := self._read(stub):
                yield resource

    def _is_claimed(self, ghost: GhostName, resource: Resource) -> bool:
        branch = _branch_of(resource)
        late = branch is None and isinstance(resource, LogGroup)
        return branch == ghost.branch or (late and self._named_by(ghost, resource))

    def _named_by(self, ghost: GhostName, resource: Resource) -> bool:
        """Can only this ghost give the name? Those of a branch `x-abc123-y` may begin like those of a branch `x`: what
        follows the ghost's own part must be one step, or a bucket's digest, without a second branch's digest.
        """
        name, region = name_of(resource), self._account.region
        match resource:
            case Bucket():
                return name[:-BUCKET_DIGEST] == ghost.bucket("")[:-BUCKET_DIGEST]
            case Role():
                before, after = ghost.role("", region).removesuffix(f"-{region}"), f"-{region}"
            case LogGroup():
                before, after = ghost.log_group(""), ""
            case _:
                before, after = ghost.function(""), ""
        step = name.removeprefix(before).removesuffix(after)
        return (
            name == f"{before}{step}{after}"
            and re.fullmatch(STEP_PATTERN, step) is not None
            and re.search(rf"-[0-9a-f]{{{BRANCH_DIGEST}}}-", f"-{step}") is None
        )

    def _named(self, ghost: GhostName) -> Iterator[Resource]:
        """Something of each kind for every existing name that this ghost could have given, and perhaps a few more."""
        mark, session = f"-{ghost.digest}-", self._session
        for name in buckets.find(session, ghost.project_prefix):
            if mark in name:
                yield Bucket(name, "")
        for name in log_groups.find(session, f"{LOG_FOLDER}{ghost.id}-"):
            yield LogGroup(name, 0)
        for name in roles.find(session, ghost.project_prefix):
            if mark in name and name.endswith(f"-{self._account.region}"):  # roles are global, ghosts are not
                yield Role(name, "", "")
        for name in functions.find(session, ghost.project_prefix):
            if mark in name:
                yield Function(name, "", "", "", "")
        for name in rules.find(session, ghost.project_prefix):
            if mark in name:
                yield Rule(name, "", "")

    def _guard_put(self, resource: Resource) -> None:
        """Raises Refused for what is not of a ghost, points outside it, or is another branch's."""
        self._guard_name(resource)
        branch = self._branch_of_bucket(resource) if isinstance(resource, Notifications) else _branch_of(resource)
        if branch is None:
            raise Refused(f"{_called(resource)} carries no tag {TAG_BRANCH}, so nobody could tell whose it is")
        mark = f"-{GhostName(self._project, branch).digest}-"
        for name in (name_of(resource), *self._names_inside(resource)):
            if mark not in name or not self._pattern.fullmatch(name.removeprefix(LOG_FOLDER)):
                raise Refused(f"{_called(resource)}: {name} is not of the ghost of branch {branch!r}")
        self._guard_existing(resource, branch)

    def _branch_of_bucket(self, notifications: Notifications) -> str | None:
        """A notification document has no tags: its bucket's count."""
        bucket = self._read(notifications)
        if bucket is None:
            raise NotFound(f"{_called(notifications)}: the bucket does not exist", "run the command again")
        self._guard_existing(notifications, None)
        return _branch_of(bucket)

    def _guard_existing(self, resource: Resource, branch: str | None) -> None:
        """What has this name must be of that branch; of the branch that its own name says, where that is not known."""
        existing = self._read(resource)
        if existing is None:
            return
        tagged = _branch_of(existing)
        if tagged is None and isinstance(existing, LogGroup):
            return  # Lambda makes an untagged one for a late invocation
        if tagged is None:
            whose = "is not tagged as a ghost's"
        elif tagged == (branch or tagged) and f"-{GhostName(self._project, tagged).digest}-" in name_of(resource):
            return
        else:
            whose = f"belongs to the ghost of branch {tagged!r}"
        raise Refused(
            f"{_called(resource)} exists and {whose}",
            "use another branch name, or, if it is yours, remove it by hand",
        )

    def _guard_name(self, resource: Resource) -> None:
        name = name_of(resource)
        inner = name.removeprefix(LOG_FOLDER) if isinstance(resource, LogGroup) else name
        if not self._pattern.fullmatch(inner) or (isinstance(resource, LogGroup) and inner == name):
            raise Refused(f"{_called(resource)} is not a ghost's of project {self._project}: it is left alone")

    def _names_inside(self, resource: Resource) -> list[str]:
        """The names of what the resource hands work or rights to; an ARN of another account or kind stays whole."""
        if isinstance(resource, Function):
            return [resource.role_arn.removeprefix(self._account.role_arn(""))]
        if isinstance(resource, Rule):
            return [resource.target_arn.removeprefix(self._account.function_arn(""))]
        if isinstance(resource, Notifications):
            return [entry.function_arn.removeprefix(self._account.function_arn("")) for entry in resource.entries]
        return []


def _called(resource: Resource) -> str:
    return f"{kind_of(resource)} {name_of(resource)}"


def _branch_of(resource: Resource) -> str | None:
    return dict(getattr(resource, "tags", ())).get(TAG_BRANCH)
