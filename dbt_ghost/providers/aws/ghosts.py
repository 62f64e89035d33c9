"""What ghosts are made of, on AWS. Before any change: the name is a ghost's, and what exists is the same branch's."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from dbt_ghost.core.errors import NotFound, Refused
from dbt_ghost.core.found import Found, StrayMapping
from dbt_ghost.core.naming import BRANCH_DIGEST, BUCKET_DIGEST, PIECE_DIGEST, STEP_PATTERN, GhostName
from dbt_ghost.core.resources import (
    BUILD_ORDER,
    TAG_BRANCH,
    Bucket,
    EventSourceMapping,
    Function,
    LogGroup,
    Notifications,
    Queue,
    Resource,
    Role,
    Rule,
    Subscription,
    Topic,
    ghost_tags,
    kind_of,
    name_of,
    pairs,
)
from dbt_ghost.core.topology import Account
from dbt_ghost.providers.aws import event_source_mappings, kinds, tags
from dbt_ghost.providers.aws.session import Session

LOG_FOLDER = "/aws/lambda/"
WORKERS = 16
STEP = f"(?P<step>{STEP_PATTERN})"
Identity = tuple[type, str, str]


class AwsGhosts:
    """`operations.world.Ghosts` on AWS, for the ghosts of one project in one account and region.

    `channels` are the ARNs of queues of other accounts that a ghost's bucket may notify: those of Snowflake's pipes.
    `roles` are the ARNs of roles made beforehand, which a ghost's function may have.
    """

    def __init__(
        self,
        session: Session,
        project: str,
        account: Account,
        channels: frozenset[str] = frozenset(),
        roles: frozenset[str] = frozenset(),
    ) -> None:
        self._session = session
        self._account = account
        self._project = project
        self._channels = channels
        self._roles = roles
        self._pattern = re.compile(rf"ghost-{project}-(?:[a-z0-9-]+-)?[0-9a-f]{{{BRANCH_DIGEST}}}-[a-z0-9-]+")

    def look(self, ghost: GhostName) -> Found:
        """In build order. A log group without tags counts by its name: Lambda makes such, for late invocations."""
        there = self._existing(ghost)
        existing = {_identity(one): one for one in there if not isinstance(one, StrayMapping)}
        claimed = {one for one in existing.values() if self._is_claimed(ghost, one, existing)}
        left = [one for one in existing.values() if one not in claimed and not isinstance(one, Notifications)]
        return Found(
            resources=tuple(sorted(claimed, key=lambda one: (BUILD_ORDER.index(type(one)), name_of(one)))),
            unclaimed=tuple(sorted(_called(one) for one in left if self._named_by(ghost, one))),
            strays=tuple(one for one in there if isinstance(one, StrayMapping) and self._reads_for(ghost, one)),
            tags=pairs(tags.to_aws(ghost_tags(ghost, {}))),
        )

    def put(self, resource: Resource, code: bytes | None = None) -> None:
        bearer = self._bearer(resource)
        self._guard_name(resource, bearer)
        if bearer is resource:
            branch = _branch_of(resource)
            self._guard_names_inside(resource, branch)
            existing = kinds.read(self._session, resource)
            self._guard_existing(resource, bearer, existing, branch)
        else:
            existing = kinds.read(self._session, bearer)
            if existing is None:
                raise NotFound(f"{_called(resource)}: {_called(bearer)} does not exist", "run the command again")
            self._guard_existing(resource, bearer, existing, None)
            self._guard_names_inside(resource, _branch_of(existing))
        kinds.put(self._session, resource, existing, code)

    def delete(self, resource: Resource) -> None:
        bearer = self._bearer(resource)
        self._guard_name(resource, bearer)
        self._guard_existing(resource, bearer, kinds.read(self._session, bearer), _branch_of(resource))
        kinds.delete(self._session, resource)

    def await_live(self, mapping: EventSourceMapping) -> None:
        event_source_mappings.await_live(self._session, mapping.queue)

    def _existing(self, ghost: GhostName) -> list[Resource | StrayMapping]:
        """What has a name that this ghost could have given. All kinds are listed, then all is read, side by side."""
        with ThreadPoolExecutor(WORKERS) as pool:
            listed = pool.map(lambda listing: listing(), kinds.listings(self._session, ghost))
            readings = [reading for readings in listed for reading in readings]
            found = pool.map(lambda reading: reading(), readings)
            return [one for one in found if one]

    def _bearer(self, resource: Resource) -> Resource:
        """What carries the tags that say whose the resource is: mostly itself."""
        if isinstance(resource, Notifications):
            return Bucket(resource.bucket, "")
        if isinstance(resource, Subscription):
            name = self._own(resource.endpoint_arn, Account.function_arn)
            if name != resource.endpoint_arn:
                return Function(name, "", "", "", "")
            return Queue(self._own(resource.endpoint_arn, Account.queue_arn))
        return resource

    def _is_claimed(self, ghost: GhostName, resource: Resource, existing: dict[Identity, Resource]) -> bool:
        bearer = existing.get(_identity(self._bearer(resource)))
        if bearer is None:  # of a subscription, whose endpoint somebody removed
            return self._named_by(ghost, resource)
        late = isinstance(bearer, LogGroup) and _branch_of(bearer) is None
        return _branch_of(bearer) == ghost.branch or (late and self._named_by(ghost, bearer))

    def _named_by(self, ghost: GhostName, resource: Resource) -> bool:
        """Can only this ghost give the name? Those of a branch `x-abc123-y` may begin like those of a branch `x`: what
        follows the ghost's own part must be one step, or a bucket's digest, without a second branch's digest.
        """
        bearer = self._bearer(resource)
        if isinstance(bearer, Bucket):
            return bearer.name[:-BUCKET_DIGEST] == ghost.bucket("")[:-BUCKET_DIGEST]
        for pattern in self._name_patterns(ghost, bearer):
            if found := re.fullmatch(pattern, name_of(bearer)):
                return re.search(rf"-[0-9a-f]{{{BRANCH_DIGEST}}}-", f"-{found['step']}") is None
        return False

    def _reads_for(self, ghost: GhostName, stray: StrayMapping) -> bool:
        return self._named_by(ghost, Function(stray.function, "", "", "", ""))

    def _name_patterns(self, ghost: GhostName, resource: Resource) -> list[str]:
        """Of the names that the ghost gives to resources of this kind."""
        piece = f"{ghost.piece_prefix}{STEP}-[0-9a-f]{{{PIECE_DIGEST}}}"
        match resource:
            case Role():
                return [ghost.role(STEP, self._account.region)]
            case LogGroup():
                return [ghost.log_group(STEP)]
            case Queue() | EventSourceMapping():
                return [ghost.failures(STEP), piece]
            case Topic():
                return [piece]
            case Rule():
                return [ghost.rule(STEP), piece]
            case _:
                return [ghost.function(STEP)]

    def _guard_name(self, resource: Resource, bearer: Resource) -> None:
        name = name_of(bearer)
        inner = name.removeprefix(LOG_FOLDER) if isinstance(bearer, LogGroup) else name
        if not self._pattern.fullmatch(inner) or (isinstance(bearer, LogGroup) and inner == name):
            raise Refused(f"{_called(resource)} is not a ghost's of project {self._project}: it is left alone")

    def _guard_names_inside(self, resource: Resource, branch: str | None) -> None:
        """Raises Refused for what is nobody's, or hands work or rights to what is not the same ghost's."""
        if branch is None:
            raise Refused(f"{_called(resource)} carries no tag {TAG_BRANCH}, so nobody could tell whose it is")
        mark = f"-{GhostName(self._project, branch).digest}-"
        for name in (name_of(self._bearer(resource)), *self._names_inside(resource)):
            if mark not in name or not self._pattern.fullmatch(name.removeprefix(LOG_FOLDER)):
                raise Refused(f"{_called(resource)}: {name} is not of the ghost of branch {branch!r}")

    def _guard_existing(
        self, resource: Resource, bearer: Resource, existing: Resource | None, branch: str | None
    ) -> None:
        """What has this name must be of that branch; of the branch that its own name says, where that is not known."""
        if existing is None:
            return
        tagged = _branch_of(existing)
        if tagged is None and isinstance(existing, LogGroup):
            return  # Lambda makes an untagged one for a late invocation
        if tagged is None:
            whose = "is not tagged as a ghost's"
        elif tagged == (branch or tagged) and f"-{GhostName(self._project, tagged).digest}-" in name_of(bearer):
            return
        else:
            whose = f"belongs to the ghost of branch {tagged!r}"
        raise Refused(
            f"{_called(bearer)} exists and {whose}",
            "use another branch name, or, if it is yours, remove it by hand",
        )

    def _names_inside(self, resource: Resource) -> list[str]:
        """The names of what the resource hands work or rights to; an ARN of another account or kind stays whole."""
        names: list[str] = []
        match resource:
            case Function() if resource.role_arn not in self._roles:
                names = [self._own(resource.role_arn, Account.role_arn)]
            case EventSourceMapping():
                names = [resource.function]
            case Notifications():
                targets = [entry.target_arn for entry in resource.entries if entry.target_arn not in self._channels]
                kinds_of_target = (Account.function_arn, Account.queue_arn, Account.topic_arn)
                names = [self._own(arn, *kinds_of_target) for arn in targets]
            case Rule():
                names = [self._own(resource.target_arn, Account.function_arn, Account.queue_arn)]
        failures = getattr(resource, "dead_letter_arn", "") or getattr(resource, "failures_arn", "")
        return [*names, self._own(failures, Account.queue_arn)] if failures else names

    def _own(self, arn: str, *makes: Callable[[Account, str], str]) -> str:
        """The name in an ARN of this account and one of these kinds; any other ARN whole."""
        return next((arn.removeprefix(own) for make in makes if arn.startswith(own := make(self._account, ""))), arn)


def _called(resource: Resource) -> str:
    return f"{kind_of(resource)} {name_of(resource)}"


def _identity(resource: Resource) -> Identity:
    return type(resource), name_of(resource), getattr(resource, "bus", "")


def _branch_of(resource: Resource) -> str | None:
    return dict(getattr(resource, "tags", ())).get(TAG_BRANCH)
