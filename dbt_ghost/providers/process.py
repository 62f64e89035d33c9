"""This machine's clock, and this process as the owner of locks."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import socket
from datetime import UTC, datetime
from pathlib import Path


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class ThisProcess:
    """The owner `host:pid:random`; random tells two runs apart that happened to get one pid."""

    def __init__(self) -> None:
        self._owner = f"{host()}:{os.getpid()}:{secrets.token_hex(4)}"

    def owner(self) -> str:
        return self._owner

    def is_dead(self, owner: str) -> bool:
        """Is that owner a process of this machine that no longer runs? Unknown is no."""
        where, _, pid = owner.rpartition(":")[0].rpartition(":")
        return where == host() and pid.isdecimal() and not runs(int(pid))


def host() -> str:
    """This machine and its process numbers: containers of one image share a host name, but not their processes."""
    facts = [socket.gethostname()]
    with contextlib.suppress(OSError):  # Linux only
        facts += [Path("/proc/sys/kernel/random/boot_id").read_text(), os.readlink("/proc/self/ns/pid")]
    name = socket.gethostname().replace(":", "-")
    return f"{name}-{hashlib.sha256('|'.join(facts).encode()).hexdigest()[:8]}"


def runs(pid: int) -> bool:
    """Does a process of this machine have that number? One that we may not signal does; unknown is yes."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
