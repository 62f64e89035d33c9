"""Single requests, and what AWS documents of them: the smallest policies that show each rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from dbt_ghost.core.iam.catalogue import Action, Catalogue
from dbt_ghost.core.iam.documents import parse
from dbt_ghost.core.iam.languages import FIELD, NAME, STAR
from dbt_ghost.core.iam.principals import Principal, federated, role, service, stranger
from dbt_ghost.core.iam.proving import RULES, allows
from dbt_ghost.core.iam.questions import Given, Policies
from dbt_ghost.core.iam.searching import Rules
from tests.core.iam.written import allow, but, deny, document

Said = Literal["yes", "no", "open"]

ROLE, OTHER = "arn:aws:iam::111111111111:role/a/step", "arn:aws:iam::111111111111:role/other"
SESSION, ROOT = "arn:aws:sts::111111111111:assumed-role/step/s1", "arn:aws:iam::111111111111:root"
OBJECT, B, ALL = "arn:aws:s3:::b/x", "arn:aws:s3:::b", "arn:aws:s3:::b/*"
ME, KNOWN = role(ROLE), role(ROLE, "s1")
STRANGER, FOREIGNER = stranger("111111111111"), stranger("222222222222")
EVENTS, OIDC = service("events.amazonaws.com"), federated("arn:aws:iam::1:oidc-provider/x")

CATALOGUE = Catalogue(
    (
        Action("s3:GetObject", (f"arn:{FIELD}:s3:::{NAME}/*",), ("s3:tag/*",)),
        Action("s3:PutObject", (f"arn:{FIELD}:s3:::{NAME}/*",)),
        Action("s3:ListBucket", (f"arn:{FIELD}:s3:::{NAME}",), ("s3:prefix",)),
        Action("s3:ListAllMyBuckets", (STAR,)),
        Action("sts:AssumeRole", (f"arn:{FIELD}:iam::{FIELD}:role/*",)),
    ),
    lists=frozenset({"aws:tagkeys"}),
)


@dataclass(frozen=True)
class Case:
    """`open`: not known for certain."""

    name: str
    said: Said
    identity: tuple[Any, ...] = ()
    boundary: tuple[Any, ...] | None = None
    session: tuple[Any, ...] | None = None
    resource: tuple[Any, ...] = ()
    who: Principal = ME
    action: str = "s3:GetObject"
    on: str = OBJECT
    context: dict[str, Given] = field(default_factory=dict)
    decides: bool = False

    def judged(self, rules: Rules = RULES, catalogue: Catalogue = CATALOGUE) -> Said:
        policies = Policies(
            (parse(document(*self.identity), "identity"),) if self.identity else (),
            None if self.boundary is None else parse(document(*self.boundary), "boundary"),
            None if self.session is None else parse(document(*self.session), "session"),
            (parse(document(*self.resource), "resource", "resource"),) if self.resource else (),
            self.decides,
        )
        found = allows(self.who, policies, self.action, self.on, context=self.context, catalogue=catalogue, rules=rules)
        said: dict[str, Said] = {"violated": "yes", "proved": "no", "unknown": "open"}
        return said[found.verdict]


GET, ANY = allow("Get", "s3:GetObject", ALL), allow("Any", "*", "*")
PUT_ONLY = (allow("Put", "s3:PutObject", ALL),)
TEAM = "arn:aws:s3:::b/${aws:PrincipalTag/team}"
TRUST = {"action": "sts:AssumeRole", "on": ROLE, "decides": True}


def to(principal: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Sid": "R", "Effect": effect, "Principal": principal, "Action": "s3:*", "Resource": ALL} | more


def other_than(principal: Any, effect: str) -> dict[str, Any]:
    return {"Sid": "R", "Effect": effect, "NotPrincipal": principal, "Action": "s3:*", "Resource": ALL}


def if_(operator: str, key: str, *values: str) -> tuple[dict[str, Any], ...]:
    return (allow("Get", "s3:GetObject", ALL, {operator: {key: list(values)}}),)


def unless(operator: str, key: str, *values: str) -> tuple[dict[str, Any], ...]:
    return ANY, deny("No", "s3:GetObject", ALL, {operator: {key: list(values)}})


TAG: dict[str, Given] = {"aws:PrincipalTag/team": "x"}
CASES = [
    Case("nothing allows", "no", PUT_ONLY),
    Case("an Allow allows", "yes", (GET,)),
    Case("a Deny wins", "no", (ANY, deny("No", "S3:gET?bject", ALL))),
    Case("NotAction allows the rest", "yes", (but(allow("A", "", "*"), NotAction="s3:Put*"),)),
    Case("NotAction does not allow what it names", "no", (but(allow("A", "", "*"), NotAction="s3:Get*"),)),
    Case("NotResource allows the rest", "yes", (but(allow("A", "*", ""), NotResource=[B]),)),
    Case("NotResource does not deny what it names", "yes", (ANY, but(deny("D", "*", ""), NotResource=ALL))),
    Case("an object is in no bucket's ARN", "no", (allow("A", "s3:*", B),)),
    Case("a pattern of objects is about no bucket", "no", (allow("A", "s3:*", ALL),), action="s3:ListBucket", on=B),
    Case("no resource needs a *", "no", (allow("A", "*", "arn:aws:s3:::*"),), action="s3:ListAllMyBuckets", on="*"),
    Case("a * is about no resource too", "yes", (ANY,), action="s3:ListAllMyBuckets", on="*"),
    # boundary and session
    Case("a boundary limits", "no", (ANY,), PUT_ONLY),
    Case("a boundary allows nothing by itself", "no", PUT_ONLY, (ANY,)),
    Case("both allow", "yes", (ANY,), (GET,)),
    Case("a boundary denies", "no", (ANY,), (ANY, deny("D", "s3:*", ALL))),
    Case("a session policy limits", "no", (ANY,), session=PUT_ONLY),
    Case("a session policy denies", "no", (ANY,), session=(ANY, deny("D", "s3:*", ALL))),
    Case("all three allow", "yes", (ANY,), (ANY,), (GET,)),
    # policies of resources
    Case("a grant to the role allows", "yes", resource=(to({"AWS": ROLE}),)),
    Case("a grant to the role is limited by the boundary", "no", (ANY,), PUT_ONLY, resource=(to({"AWS": ROLE}),)),
    Case("a grant to the session is not", "yes", PUT_ONLY, PUT_ONLY, resource=(to({"AWS": SESSION}),), who=KNOWN),
    Case("some session may be the one that is granted", "yes", resource=(to({"AWS": SESSION}),)),
    Case("another session is not", "no", resource=(to({"AWS": SESSION}),), who=role(ROLE, "s2")),
    Case("a boundary's Deny stops a session", "no", (), (deny("D", "*", "*"),), resource=(to({"AWS": SESSION}),)),
    Case("a grant to everybody allows", "yes", resource=(to("*"),)),
    Case("a grant to everybody and a boundary", "open", (), PUT_ONLY, resource=(to("*"),)),
    Case("a grant to the account allows nothing", "no", resource=(to({"AWS": ROOT}),)),
    Case("a grant to another role does not", "no", resource=(to({"AWS": OTHER}),)),
    Case("a grant to a role that nobody names does not", "no", resource=(to({"AWS": ROLE}),), who=STRANGER),
    Case("a grant to all but another allows", "yes", resource=(other_than({"AWS": OTHER}, "Allow"),)),
    Case("a grant to all but the role", "open", resource=(other_than({"AWS": ROLE}, "Allow"),)),
    Case("a Deny of the role", "no", (ANY,), resource=(to({"AWS": ROLE}, "Deny"),)),
    Case("a Deny of the account", "no", (ANY,), resource=(to({"AWS": "111111111111"}, "Deny"),)),
    Case("a Deny of everybody", "no", (ANY,), resource=(to("*", "Deny"),)),
    Case("a Deny of the session", "no", (ANY,), resource=(to({"AWS": SESSION}, "Deny"),), who=KNOWN),
    Case("a Deny of some session leaves the others", "yes", (ANY,), resource=(to({"AWS": SESSION}, "Deny"),)),
    Case("a Deny of another role", "yes", (ANY,), resource=(to({"AWS": OTHER}, "Deny"),)),
    Case("a Deny of all but another", "no", (ANY,), resource=(other_than({"AWS": OTHER}, "Deny"),)),
    Case("a Deny of all but the role", "open", (ANY,), resource=(other_than({"AWS": ROLE}, "Deny"),)),
    Case("a Deny of all but some session", "open", (ANY,), resource=(other_than({"AWS": SESSION}, "Deny"),)),
    Case("a grant to a service", "yes", resource=(to({"Service": "events.amazonaws.com"}),), who=EVENTS),
    Case("a grant to another service", "no", resource=(to({"Service": "s3.amazonaws.com"}),), who=EVENTS),
    Case("a service is no role", "no", resource=(to({"Service": ROLE}),)),
    Case("a grant to a provider", "yes", resource=(to({"Federated": OIDC.name}),), who=OIDC),
    Case(
        "a provider is no role", "no", who=OIDC,
        resource=(to({"Federated": OIDC.name}, Condition={"ArnEquals": {"aws:PrincipalArn": OIDC.name}}),),
    ),
    Case("a service has a name", "no", who=EVENTS, resource=(
        to("*"), to("*", "Deny", Condition={"StringEquals": {"aws:PrincipalServiceName": "events.amazonaws.com"}}),
    )),
    # trust
    Case("a role's own policy does not make it trusted", "no", (ANY,), who=STRANGER, **TRUST),
    Case("trust in the account", "yes", (ANY,), resource=(to({"AWS": ROOT}, Action="*", Resource="*"),), **TRUST),
    Case("trust in the account needs more", "no", resource=(to({"AWS": ROOT}, Action="*", Resource="*"),), **TRUST),
    Case("trust in another account", "no", (ANY,), resource=(to({"AWS": ROOT}, Resource="*"),), who=FOREIGNER, **TRUST),
    # conditions
    Case("a key that is not there", "no", if_("StringEquals", "aws:x", "1")),
    Case("not equal to a key that is not there", "yes", if_("StringNotEquals", "aws:x", "1")),
    Case("a Deny of what is not equal", "no", unless("StringNotEquals", "aws:x", "1")),
    Case("a Deny of what is not equal, if it exists", "no", unless("StringNotEqualsIfExists", "aws:x", "1")),
    Case("equal if it exists", "yes", if_("StringEqualsIfExists", "aws:x", "1")),
    Case("all of no values", "yes", if_("ForAllValues:StringEquals", "aws:TagKeys", "1")),
    Case("any of no values", "no", if_("ForAnyValue:StringEquals", "aws:TagKeys", "1")),
    Case("all of two", "no", if_("ForAllValues:StringEquals", "aws:TagKeys", "1"), context={"aws:TagKeys": ("1", "2")}),
    Case("any of two", "yes", if_("ForAnyValue:StringEquals", "aws:TagKeys", "1"), context={"aws:TagKeys": ("1", "2")}),
    Case("a Deny of all of no values", "no", unless("ForAllValues:StringEquals", "aws:TagKeys", "1")),
    Case("one value of a key with several", "open", if_("StringEquals", "aws:TagKeys", "1")),
    Case("equal but for the case of letters", "no", if_("StringEquals", "aws:x", "A"), context={"aws:x": "a"}),
    Case("a star that is none", "no", if_("StringEquals", "aws:x", "a*"), context={"aws:x": "ab"}),
    Case("a star that is one", "yes", if_("StringLike", "aws:x", "a*"), context={"aws:x": "ab"}),
    Case("equal whatever the case", "yes", if_("StringEqualsIgnoreCase", "aws:x", "A"), context={"aws:x": "a"}),
    Case("keys have no case", "yes", if_("StringEquals", "AWS:X", "a"), context={"aws:x": "a"}),
    Case("an Allow by the role's ARN", "yes", if_("ArnEquals", "aws:PrincipalArn", ROLE)),
    Case("a Deny by the role's ARN", "no", unless("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111111111111:role/*")),
    Case("the account is known", "no", unless("StringEquals", "aws:PrincipalAccount", "111111111111")),
    Case("a number in an Allow", "open", if_("NumericLessThan", "s3:tag/n", "3")),
    Case("a number in a Deny", "open", unless("NumericLessThan", "s3:tag/n", "3")),
    Case("a key that is not the action's", "open", if_("StringLike", "s3:prefix", "*"), context={"s3:prefix": "a"}),
    # policy variables
    Case("a variable in an Allow", "open", (allow("A", "*", f"{TEAM}*"),), context=TAG),
    Case("a variable without its key", "no", (ANY, deny("D", "*", ALL), allow("A", "*", TEAM))),
    Case("a Deny by a variable without its key", "yes", (ANY, deny("D", "*", f"{TEAM}*"))),
    Case("a Deny by a variable", "open", (ANY, deny("D", "*", f"{TEAM}*")), context=TAG),
    Case("a Deny by a variable elsewhere", "yes", (ANY, deny("D", "*", "arn:aws:s3:::c/${aws:userid}")), context=TAG),
    Case("a Deny of all but a variable", "open", (ANY, but(deny("D", "*", ""), NotResource=f"{TEAM}*")), context=TAG),
    Case("a literal star", "no", (allow("A", "*", "arn:aws:s3:::b/${*}"),)),
    Case("a Deny by half an ARN", "open", (ANY, deny("D", "*", "arn:aws:s3"))),
    Case("an Allow by half an ARN", "open", (allow("A", "*", "arn:aws:s3"),)),
]  # fmt: skip
