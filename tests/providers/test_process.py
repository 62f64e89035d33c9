"""Who holds a lock, and whether that process still runs."""

from __future__ import annotations

import os
import subprocess
import sys

from dbt_ghost.providers.process import SystemClock, ThisProcess, host


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_owners_differ_and_carry_their_process() -> None:
    one, other = ThisProcess(), ThisProcess()
    assert one.owner() != other.owner() and one.owner() == one.owner()
    assert one.owner().split(":")[:2] == [host(), str(os.getpid())]


def test_only_an_ended_process_of_this_machine_is_dead() -> None:
    process, ended = ThisProcess(), ended_process()
    assert process.is_dead(f"{host()}:{ended}:abc")
    assert not process.is_dead(process.owner())
    assert not process.is_dead(f"{host()}:{os.getpid()}:abc")
    assert not process.is_dead(f"elsewhere:{ended}:abc")


def test_what_is_not_an_owner_is_not_dead() -> None:
    for text in ("", "x", f"{host()}:abc", f"{host()}:x:abc", f"{host()}:-1:abc", f"{host()}:{10**30}:abc"):
        assert not ThisProcess().is_dead(text)


def test_the_time_carries_its_zone() -> None:
    assert SystemClock().now().utcoffset() is not None
