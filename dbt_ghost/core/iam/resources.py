"""What a statement says it is about: ARNs as languages. Pure.

Where that is not certain there are two: what it surely is about, and what it is about at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dbt_ghost.core.iam.languages import FIELDS, NOTHING, QUESTION, STAR, Language, by_field, union

VARIABLE, PLAIN = re.compile(r"\$\{[^}]*\}?"), re.compile(r"\$\{[\w.:/@=+-]+\}")
"""The plain ones are a key; what AWS makes of others, with a default or broken, is not told here."""


@dataclass(frozen=True)
class Extent:
    """`variables` are the keys of policy variables: about none of them it is certain without those keys."""

    surely: Language
    at_most: Language
    variables: tuple[str, ...] = ()


def extent(resources: tuple[str, ...], inverted: bool) -> Extent:
    """A variable may stand for any text. A wildcard stays within its field of the ARN, or may not. What is no whole
    ARN may be completed, or match nothing.
    """
    texts = [unescaped(each) for each in resources]
    least = union(pattern for text in texts for pattern in _least(text))
    most = union(VARIABLE.sub("*", text if _is_whole(text) else f"{text}*") for text in texts)
    surely, at_most = (~most, ~least) if inverted else (least, most)
    variables = {found for text in texts for found in VARIABLE.findall(text)}
    if not all(map(PLAIN.fullmatch, variables)):
        return Extent(NOTHING, at_most)
    return Extent(surely, at_most, tuple(sorted(each[2:-1].lower() for each in variables)))


def unescaped(text: str) -> str:
    """With the characters `*` and `?` where a policy writes `${*}` and `${?}`."""
    return text.replace("${*}", STAR).replace("${?}", QUESTION)


def _least(text: str) -> Iterator[str]:
    if _is_whole(text) and not VARIABLE.search(text):
        yield text if text == "*" else by_field(text)


def _is_whole(text: str) -> bool:
    return text == "*" or text.count(":") >= FIELDS - 1
