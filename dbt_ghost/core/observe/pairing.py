"""Which of prod's objects belongs to which of the ghost's, and which input both were made of. Pure.

An output stands under the same key on both sides. Its input is told by its key: the same, or the same but for what
says the format (`a.csv.gz` -> `a.csv`). Where no input or more than one fits, it is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dbt_ghost.core.naming import md5
from dbt_ghost.core.observe.objects import Finding, Latency, Seen, Sides, Times, Verdict
from dbt_ghost.core.observe.steps import ObservedStep
from dbt_ghost.core.policies import Location
from dbt_ghost.tap.shapes import in_sample

ENDINGS = (
    *(".gz", ".zst", ".bz2", ".snappy", ".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".avro"),
    *(".orc", ".xml"),
)
"""What a key may end in to say its format."""

Keys = Mapping[str, Seen]
"""One bucket's objects by key."""


@dataclass(frozen=True)
class Inputs:
    """One input bucket of a step (prod's name of it): prod's objects, and those that the ghost's step hears; the same
    where it hears prod's. `before` is what was said of its keys where an earlier step of the ghost fills it, else None.
    """

    bucket: str
    prod: Keys
    ghost: Keys
    before: Mapping[str, Verdict] | None = None


def stem(key: str) -> str:
    """The key without what says its format, in whatever case."""
    ending = next((each for each in ENDINGS if key.lower().endswith(each)), "")
    rest = key[: len(key) - len(ending)]
    return stem(rest) if ending and rest and not rest.endswith("/") else key


def own_work(objects: Iterable[Seen], seeds: Iterable[str], since: datetime) -> dict[str, Seen]:
    """A ghost bucket's objects without what a fork copied into it: that is prod's own, and would be equal.

    A fork copies before `since`; what the listing dates into that second is a copy rather than work.
    """
    sown = [Location.of_url(url) for url in seeds]
    return {each.key: each for each in objects if each.modified >= since or not any(_covers(s, each) for s in sown)}


def paired(step: ObservedStep, bucket: str, prod: Keys, ghost: Keys, inputs: Iterable[Inputs]) -> list[Sides]:
    """The two sides of every key of one output bucket (prod's name of it), by key.

    Where the step reads the bucket, too, its keys tell nothing of what was made of which.
    """
    found = list(inputs)
    others = [each for each in found if each.bucket != bucket]
    stems = [_by_stem(each.prod) for each in others]
    sides = [
        _sides(step, key, prod.get(key), ghost.get(key), _input_of(key, others, stems))
        for key in sorted({*prod, *ghost})
    ]
    if len(others) == len(found):
        return sides
    return [each if each.is_told else replace(each, may_be_input=True) for each in sides]


def in_order(pairs: Iterable[Finding]) -> list[Finding]:
    """The order in which pairs are read where not all can be: by a hash of the key, so the same ones every time."""
    return sorted(pairs, key=lambda each: (md5(each.sides.key), each.bucket))


def latencies(pairs: Iterable[Sides], times: Times) -> tuple[Latency | None, Latency | None]:
    """Of prod and of the ghost, over the same objects: those whose input came while the ghost listened."""
    took = [_took(each) for each in pairs if each.prod_input and times.is_heard(each.prod_input)]
    both = [each for each in took if each and min(each) >= 0]
    return latency(prod for prod, _ in both), latency(ghost for _, ghost in both)


def latency(seconds: Iterable[float]) -> Latency | None:
    """The median and the 95th percentile, by nearest rank; None without any."""
    found = sorted(seconds)
    if not found:
        return None
    half = len(found) // 2
    median = found[half] if len(found) % 2 else (found[half - 1] + found[half]) / 2
    return Latency(len(found), median, found[-(-95 * len(found) // 100) - 1])


def _took(each: Sides) -> tuple[float, float] | None:
    if not (each.prod and each.ghost and each.prod_input and each.ghost_input):
        return None
    return (
        (each.prod.modified - each.prod_input.modified).total_seconds(),
        (each.ghost.modified - each.ghost_input.modified).total_seconds(),
    )


def _by_stem(keys: Keys) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(stem(key), []).append(key)
    return found


def _input_of(key: str, inputs: list[Inputs], stems: list[dict[str, list[str]]]) -> tuple[Inputs, str] | None:
    same = [(each, key) for each in inputs if key in each.prod]
    alike = [(each, found) for each, known in zip(inputs, stems, strict=True) for found in known.get(stem(key), ())]
    fits = same or alike
    return fits[0] if len(fits) == 1 else None


def _sides(
    step: ObservedStep, key: str, prod: Seen | None, ghost: Seen | None, made_of: tuple[Inputs, str] | None
) -> Sides:
    if made_of is None:
        return Sides(key, prod, ghost, heard=True if step.sample == 1 else None)
    source, name = made_of
    reached = source.ghost.get(name)
    return Sides(
        key,
        prod,
        ghost,
        prod_input=source.prod[name],
        ghost_input=reached,
        heard=_heard(step, source, name, reached),
        before=source.before.get(name) if source.before is not None else None,
    )


def _heard(step: ObservedStep, source: Inputs, key: str, reached: Seen | None) -> bool | None:
    if step.sample == 1:
        return True
    if source.before is not None:
        return True if reached else None
    return in_sample(key, step.sample) if step.sample is not None else None


def _covers(sown: Location, each: Seen) -> bool:
    return each.key == sown.prefix if sown.exact else each.key.startswith(sown.prefix)
