"""What is asked of the other documents: trusts, the release role's, the state bucket's. Written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dbt_ghost.core.iam.policies import Condition, Policy
from dbt_ghost.core.iam.principals import Principal, federated, role, service, stranger
from dbt_ghost.core.iam.questions import Forbidden, Given, Policies, Question
from dbt_ghost.core.policies.release import release_policy
from dbt_ghost.core.policies.state_bucket import state_bucket_policy
from dbt_ghost.core.policies.trusts import GitHub, GitLab, Identity, Roles, trust
from tests.core.policies.asking import ANYTHING, parsed
from tests.core.policies.broken import Documents
from tests.core.policies.claims import FUNCTIONS, PROD_FUNCTIONS, RECORDS, REPLAYS
from tests.core.policies.requests import FUNCTION, OTHER_FUNCTION, PROD_FUNCTION
from tests.core.policies.requests import RECORDS as A_RECORD
from tests.core.policies.requests import REPLAYS as A_REPLAY
from tests.core.policies.scene import ACCOUNT, ADMIN, DEPLOYER, EVERYTHING, HOME, IAM, IMAGE, OTHER, RELEASE, STATE

GITHUB, GITLAB = "token.actions.githubusercontent.com", "gitlab.com"
CI = f"{IAM}:role/team-ci"
TRUSTS: Mapping[str, Identity] = {
    "github": GitHub("acme/shop", "ghost", "1001", "77"),
    "gitlab": GitLab("acme/shop", branches=("main", "release/1"), project_id="42", protected=True),
    "gitlab, any branch": GitLab("acme/shop", "git.acme.example"),
    "roles": Roles((CI,)),
}
CLAIMED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "github": {
        f"{GITHUB}:aud": ("sts.amazonaws.com",),
        f"{GITHUB}:sub": ("repo:acme/shop:environment:ghost",),
        f"{GITHUB}:repository_id": ("1001",),
        f"{GITHUB}:repository_owner_id": ("77",),
    },
    "gitlab": {
        f"{GITLAB}:aud": ("https://gitlab.com",),
        f"{GITLAB}:sub": (
            "project_path:acme/shop:ref_type:branch:ref:main",
            "project_path:acme/shop:ref_type:branch:ref:release/1",
        ),
        f"{GITLAB}:project_id": ("42",),
        f"{GITLAB}:ref_protected": ("true",),
    },
    "gitlab, any branch": {
        "git.acme.example:aud": ("https://git.acme.example",),
        "git.acme.example:sub": ("project_path:acme/shop",),
    },
}
"""The claims of a job that may be the deployer, each with the values that it may have."""


@dataclass(frozen=True)
class Needed:
    """A request that must be let through."""

    who: Principal
    held: Policies
    action: str
    resource: str
    keys: Mapping[str, Given] = field(default_factory=dict)


def documents() -> Documents:
    found = {f"trust: {name}": trust("deployer", who, HOME) for name, who in TRUSTS.items()}
    found |= {each.name: each for each in release_policy(EVERYTHING)}
    found["state bucket"] = state_bucket_policy(EVERYTHING, DEPLOYER, RELEASE, (ADMIN,))
    return {name: each.json for name, each in found.items()}


def questions(name: str, found: Documents) -> dict[str, Question]:
    if name.startswith("release"):
        return dict(_of_release(*_release(found)))
    if name == "state bucket":
        return dict(_of_state_bucket(_resource(name, found)))
    return dict(_of_trust(name.removeprefix("trust: "), _resource(name, found)))


def needed(name: str, found: Documents) -> list[Needed]:
    if name.startswith("release"):
        return list(_needed_of_release(*_release(found)))
    if name == "state bucket":
        return list(_needed_of_state_bucket(_resource(name, found)))
    return list(_needed_of_trust(name.removeprefix("trust: "), _resource(name, found)))


def _release(found: Documents) -> tuple[Policy, Policy]:
    return parsed("release", found["release"]), parsed("release guard", found["release guard"])


def _resource(name: str, found: Documents) -> Policy:
    return parsed(name, found[name], "resource", DEPLOYER if name.startswith("trust") else "")


def _trusted(policy: Policy) -> Policies:
    return Policies((parsed("anything", ANYTHING),), resource=(policy,), resource_decides=True)


def _provider(name: str) -> Principal:
    issuer = next(iter(CLAIMED[name])).rpartition(":")[0]
    return federated(f"{IAM}:oidc-provider/{issuer}")


def _of_trust(name: str, policy: Policy) -> Iterator[tuple[str, Question]]:
    held, anything = _trusted(policy), Forbidden(("sts:*",))
    others = (stranger(ACCOUNT), stranger(OTHER), service("lambda.amazonaws.com"), federated(f"{IAM}:oidc-provider/x"))
    for other in others:
        yield f"{other} is not trusted", Question(other, held, anything)
    if name not in CLAIMED:
        return
    for claim, values in CLAIMED[name].items():
        region = Forbidden(unless=(Condition("StringEquals", claim, values),))
        yield f"{claim} is compared", Question(_provider(name), held, region)


def _needed_of_trust(name: str, policy: Policy) -> Iterator[Needed]:
    held = _trusted(policy)
    if name not in CLAIMED:
        yield Needed(role(CI), held, "sts:AssumeRole", DEPLOYER)
        return
    subject = next(claim for claim in CLAIMED[name] if claim.endswith(":sub"))
    for value in CLAIMED[name][subject]:
        keys = {claim: values[0] for claim, values in CLAIMED[name].items()} | {subject: value}
        yield Needed(_provider(name), held, "sts:AssumeRoleWithWebIdentity", DEPLOYER, keys)


RELEASING = ("lambda:PublishVersion", "lambda:UpdateAlias", "lambda:UpdateFunctionCode")
COMPARING = ("lambda:GetAlias", "lambda:GetFunction", "lambda:GetFunctionConfiguration")
PULLING = ("ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer")
RECORDED = (RECORDS, REPLAYS, f"arn:aws:s3:::{STATE}")
READING = (*COMPARING, *PULLING, "s3:GetObject", "s3:ListBucket", "sts:GetCallerIdentity")


def _of_release(allows: Policy, denies: Policy) -> Iterator[tuple[str, Question]]:
    views = {"allow": (allows,), "guard": (parsed("anything", ANYTHING), denies), "together": (allows, denies)}
    elsewhere = Condition("StringNotEquals", "aws:ResourceAccount", (ACCOUNT,))
    claims = {
        "only prod's steps are changed": Forbidden(not_actions=READING, not_resources=PROD_FUNCTIONS),
        "of them only the code": Forbidden(not_actions=(*READING, *RELEASING)),
        "no other function is read": Forbidden(("lambda:*",), not_resources=(*PROD_FUNCTIONS, FUNCTIONS)),
        "no other image is read": Forbidden(("ecr:*",), not_resources=(IMAGE,)),
        "only records are read": Forbidden(("s3:*",), not_resources=RECORDED[::2]),
        "only this account's": Forbidden(("s3:*",), where=(elsewhere,)),
    }
    for view, held in views.items():
        for claim, region in claims.items():
            yield f"{view}: {claim}", Question(role(RELEASE), Policies(held), region)


def _needed_of_release(allows: Policy, denies: Policy) -> Iterator[Needed]:
    ours: Mapping[str, Given] = {"aws:ResourceAccount": ACCOUNT}
    requests: list[tuple[str, str, Mapping[str, Given]]] = [("sts:GetCallerIdentity", "*", {})]
    steps = (PROD_FUNCTION, f"{PROD_FUNCTION}:live", OTHER_FUNCTION, f"{OTHER_FUNCTION}:live")
    requests += [(action, step, {}) for action in (*RELEASING, *COMPARING) for step in steps]
    requests += [(action, FUNCTION, {}) for action in COMPARING]
    requests += [(action, IMAGE, {}) for action in PULLING]
    requests += [("s3:GetObject", A_RECORD, ours), ("s3:ListBucket", f"arn:aws:s3:::{STATE}", ours)]
    for action, resource, keys in requests:
        yield Needed(role(RELEASE), Policies((allows, denies)), action, resource, keys)


SETTINGS = ("s3:GetBucket*", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration")
WHOLE = (f"arn:aws:s3:::{STATE}", f"arn:aws:s3:::{STATE}/*")
A_GHOST = HOME.role_arn("ghost-shop-fix-late-29736f-clean-eu-west-1")


def _held(policy: Policy) -> Policies:
    return Policies((parsed("anything", ANYTHING),), resource=(policy,))


def _of_state_bucket(policy: Policy) -> Iterator[tuple[str, Question]]:
    held, documents = _held(policy), ("s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject")
    named = Condition("ArnEquals", "aws:PrincipalArn", (DEPLOYER, RELEASE, ADMIN))
    clear = Condition("Bool", "aws:SecureTransport", ("false",))
    asked = {
        "no ghost gets in": (role(A_GHOST), Forbidden(("s3:*",), resources=WHOLE)),
        "others see settings only": (
            stranger(ACCOUNT),
            Forbidden(("s3:*",), SETTINGS, resources=WHOLE, unless=(named,)),
        ),
        "the deployer configures nothing": (role(DEPLOYER), Forbidden(("s3:*",), (*SETTINGS, *documents), WHOLE)),
        "the deployer removes no record": (role(DEPLOYER), Forbidden(("s3:DeleteObject",), resources=(RECORDS,))),
        "a release only reads": (
            role(RELEASE),
            Forbidden(("s3:*",), (*SETTINGS, "s3:GetObject", "s3:ListBucket"), WHOLE),
        ),
        "nobody removes a version": (role(ADMIN), Forbidden(("s3:DeleteObjectVersion",), resources=WHOLE)),
        "nothing is sent in clear": (role(ADMIN), Forbidden(("s3:*",), resources=WHOLE, where=(clear,))),
    }
    for claim, (who, region) in asked.items():
        yield claim, Question(who, held, region)


def _needed_of_state_bucket(policy: Policy) -> Iterator[Needed]:
    bucket, objects = WHOLE[0], (A_RECORD, A_REPLAY)
    for who, actions in ((DEPLOYER, ("s3:GetObject", "s3:PutObject")), (RELEASE, ("s3:GetObject",))):
        yield Needed(role(who), _held(policy), "s3:ListBucket", bucket)
        for action in actions:
            yield from (Needed(role(who), _held(policy), action, each) for each in objects)
    yield Needed(role(DEPLOYER), _held(policy), "s3:DeleteObject", A_REPLAY)
    for action in ("s3:PutBucketPolicy", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"):
        yield Needed(role(ADMIN), _held(policy), action, bucket)
    for action in ("s3:PutObject", "s3:DeleteObject"):
        yield Needed(role(ADMIN), _held(policy), action, A_RECORD)
    scanned = ("s3:GetBucketPolicy", "s3:GetBucketVersioning", *SETTINGS[1:])
    for action in scanned:
        yield from (Needed(role(who), _held(policy), action, bucket) for who in (f"{IAM}:role/scanner", DEPLOYER))
