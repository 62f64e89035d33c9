"""Points in time, as AT(TIMESTAMP => ..) says them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tests.snowflake_double import errors
from tests.snowflake_double.catalog import now
from tests.snowflake_double.names import STRING, constant
from tests.snowflake_double.session import Session

# AT(...) in a regex; `moment_of_clause` reads it.
AT = r"(?:(?P<travel>AT|BEFORE)\s*\(\s*(?P<by>TIMESTAMP|OFFSET|STATEMENT|STREAM)\s*=>\s*(?P<when>.+?)\s*\)(?=\s|$))"

_CAST = re.compile(rf"({STRING})\s*::\s*(?:TIMESTAMP_TZ|TIMESTAMP_LTZ|TIMESTAMPTZ|TIMESTAMPLTZ)", re.I | re.S)
_CASTS = re.compile(rf"(?:CAST|TO_TIMESTAMP_TZ|TO_TIMESTAMP_LTZ)\s*\(\s*({STRING})(?:\s+AS\s+\w+)?\s*\)", re.I | re.S)


def moment_of(session: Session, expression: str) -> datetime:
    """The moment that a cast string constant says. Without a zone it is the session's: UTC.

    A second without a fraction means all of it: what was made in that second was there already.
    """
    found = _CAST.fullmatch(expression.strip()) or _CASTS.fullmatch(expression.strip())
    if found is None:
        raise errors.unmodelled(f"AT(TIMESTAMP => {expression}): cast a string to timestamp_tz")
    text = re.sub(r"\s+([+-]\d\d):?(\d\d)$", r"\1:\2", constant(found[1]).strip())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise errors.SnowflakeError(100035, "22007", f"Timestamp '{text}' is not recognized") from None
    fraction = re.search(r"\.(\d+)", text)
    moment += timedelta(seconds=10 ** -min(len(fraction[1]) if fraction else 0, 6)) - timedelta(microseconds=1)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def moment_of_clause(session: Session, match: re.Match[str]) -> datetime | None:
    """The moment of an optional AT clause in a handler's match; None without one."""
    if not match["travel"]:
        return None
    if match["travel"].upper() != "AT" or match["by"].upper() not in ("TIMESTAMP", "OFFSET"):
        raise errors.unmodelled(f"{match['travel']}({match['by']} => ..)")
    if match["by"].upper() == "OFFSET":
        return now() + timedelta(seconds=float(match["when"].replace(" ", "")))
    return moment_of(session, match["when"])
