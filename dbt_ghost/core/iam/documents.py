"""Policy documents as frozen values. What AWS would not take, or might read in another way, is refused. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from dbt_ghost.core.errors import Refused
from dbt_ghost.core.iam.policies import Condition, Named, Policy, Statement
from dbt_ghost.core.iam.resources import extent

Kind = Literal["identity", "resource"]

VERSIONS = ("2012-10-17", "2008-10-17")
DOCUMENT = {"Version", "Id", "Statement"}
ELEMENTS = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
PRINCIPALS = {"AWS", "Service", "Federated", "CanonicalUser"}
ACTION = re.compile(r"\*+|[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+")
PRIVATE = re.compile("[\ue000-\uf8ff]")
"""What patterns use for their wildcards (`languages`)."""
OPERATOR = re.compile(
    r"((ForAllValues|ForAnyValue):)?"
    r"(String(Not)?(Equals(IgnoreCase)?|Like)|Arn(Not)?(Equals|Like)|Bool|BinaryEquals|(Not)?IpAddress"
    r"|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?))(IfExists)?|Null",
    re.IGNORECASE,
)


def parse(document: str | Mapping[str, Any], name: str, kind: Kind = "identity", attached_to: str = "") -> Policy:
    """`document` as JSON or as JSON reads. A `resource` policy names principals; one that is `attached_to` an ARN and
    names no resources (a role's trust policy) is about that. Raises Refused, which says where, for anything else.
    """
    read = _json(document, name) if isinstance(document, str) else document
    _only(read, DOCUMENT, name)
    if read.get("Version") not in VERSIONS:
        raise _refused(name, f"Version is {read.get('Version')!r}", f"write one of {', '.join(VERSIONS)}")
    listed = read.get("Statement")
    if not listed or not isinstance(listed, list | Mapping):
        raise _refused(name, "there is no Statement", "give at least one")
    statements = [listed] if isinstance(listed, Mapping) else listed
    return Policy(name, tuple(_statement(each, name, at, kind, attached_to) for at, each in enumerate(statements)))


def _statement(read: Any, name: str, at: int, kind: Kind, attached_to: str) -> Statement:
    where = f"{name}#{at}"
    _only(read, ELEMENTS, where)
    if "Sid" in read:
        where = f"{name}#{_texts(read['Sid'], where, 'Sid')[0]}"
    if read.get("Effect") not in ("Allow", "Deny"):
        raise _refused(where, f"Effect is {read.get('Effect')!r}", "write Allow or Deny")
    action, actions = _one_of(read, "Action", where)
    wrong = [each for each in actions if not ACTION.fullmatch(each)]
    if wrong:
        raise _refused(where, f"{action} {wrong[0]!r} is none", "write service:Name, or *")
    about = {"Resource": attached_to} if attached_to and not {"Resource", "NotResource"} & set(read) else read
    resource, resources = _one_of(about, "Resource", where)
    return Statement(
        label=where,
        allows=read["Effect"] == "Allow",
        actions=actions,
        other_actions=action == "NotAction",
        extent=extent(resources, inverted=resource == "NotResource"),
        conditions=tuple(_conditions(read.get("Condition", {}), where)),
        principals=_principals(read, where, kind),
    )


def _one_of(read: Mapping[str, Any], element: str, where: str) -> tuple[str, tuple[str, ...]]:
    given = [each for each in (element, f"Not{element}") if each in read]
    if len(given) != 1:
        raise _refused(where, f"has {' and '.join(given) or f'no {element}'}", f"give {element} or Not{element}")
    return given[0], _texts(read[given[0]], where, given[0])


def _conditions(read: Any, where: str) -> Iterator[Condition]:
    _only(read, None, f"{where}, Condition")
    for operator, tests in read.items():
        if not OPERATOR.fullmatch(operator):
            raise _refused(where, f"Condition {operator!r} is no operator of IAM's", "write it as IAM does")
        _only(tests, None, f"{where}, {operator}")
        for key, values in tests.items():
            yield Condition(operator, key, _texts(values, where, f"{operator} {key}"))


def _principals(read: Mapping[str, Any], where: str, kind: Kind) -> Named | None:
    given = [each for each in ("Principal", "NotPrincipal") if each in read]
    if kind == "identity" and not given:
        return None
    if kind == "identity":
        raise _refused(where, "names a principal", "leave it out of a policy of a role")
    if len(given) != 1:
        raise _refused(where, f"has {' and '.join(given) or 'no Principal'}", "give Principal or NotPrincipal")
    element = given[0]
    found = {"AWS": "*"} if read[element] == "*" else read[element]
    _only(found, PRINCIPALS, f"{where}, {element}")
    who = {(key, text) for key, texts in found.items() for text in _texts(texts, where, f"{element} {key}")}
    wrong = sorted(text for key, text in who if "*" in text and (key, text) != ("AWS", "*"))
    if wrong or not who:
        raise _refused(where, f"{element} {''.join(wrong[:1])!r} is none", "name each one, or *")
    return Named(frozenset(who), element == "NotPrincipal")


def _texts(read: Any, where: str, element: str) -> tuple[str, ...]:
    """One or several; true and 1 may stand without quotes."""
    listed = read if isinstance(read, list | tuple) else [read]
    if not listed or not all(isinstance(each, str | bool | int | float) for each in listed):
        raise _refused(where, f"{element} is no text and no list of texts", "write at least one text")
    texts = tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in listed)
    if PRIVATE.search("".join(texts)):
        raise _refused(where, f"{element} has a character of Unicode's private use area", "write it without")
    return texts


def _only(read: Any, known: set[str] | None, where: str) -> None:
    if not isinstance(read, Mapping):
        raise _refused(where, "is no JSON object", "write { ... }")
    unknown = sorted(set(read) - known) if known is not None else []
    if unknown:
        raise _refused(where, f"{unknown[0]!r} is no element of IAM's", f"one of {', '.join(sorted(known or ()))}")


def _json(text: str, name: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise _refused(name, "names the same element twice", "of two, AWS may read the other one")
        return found

    try:
        return json.loads(text, object_pairs_hook=once)
    except ValueError as error:
        raise _refused(name, f"is no JSON: {error}", "") from error


def _refused(where: str, what: str, hint: str) -> Refused:
    return Refused(f"policy {where}: {what}", hint)
