"""The errors that people see: what went wrong and where, and how to fix it."""

from __future__ import annotations


class GhostError(Exception):
    """Something the user can mend. `message` says what and where, `hint` how to fix it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Refused(GhostError):
    """The request would break a promise (touch prod, take over what is not ours): nothing was changed."""


class NotFound(GhostError):
    """The named thing does not exist. Never raised for a denied call."""


class Denied(GhostError):
    """The caller may not do this, so nothing is known about the thing. Never treated as absence."""


class Conflict(GhostError):
    """Somebody else changed the record, or holds its lock."""


def reason_of(error: GhostError) -> str:
    """Why something is not known, in words: what was denied is said to be."""
    return f"denied: {error.message}" if isinstance(error, Denied) else error.message
