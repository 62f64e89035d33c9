"""Runs the demo: makes the folder, starts the local AWS, plays the acts, and clears everything away again."""

from __future__ import annotations

import shlex
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbt_ghost.core.errors import GhostError, Refused
from dbt_ghost.demo.display import Display
from dbt_ghost.demo.stage import Stage
from dbt_ghost.demo.story import BRANCH, SPARE, Story
from dbt_ghost.demo.summary import summary
from dbt_ghost.providers import local_stack
from dbt_ghost.providers.process import ThisProcess

STACK_FILE = "stack.json"
KEPT = "env.sh"
"""What a demo that was kept leaves for its user."""

MARKER = ".dbt-ghost-demo"
"""The first file of a demo's folder: who plays there. Nothing without it is ever removed."""


def play(folder: Path, keep: bool) -> str:
    """Play the whole story in `folder`, which must not be anything else's. Returns the summary."""
    folder = folder.absolute()
    try:
        clear(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).write_text(ThisProcess().owner())
    except OSError as error:
        raise GhostError(f"{folder} cannot be used: {error.strerror}", "choose another with --folder") from error
    begun = time.monotonic()
    with _standing(folder, keep) as stack:
        display = Display(acts=0)
        story = Story(Stage(folder, display), stack, display)
        acts = [*story.opening, *(() if keep else story.ending), story.last_act]
        display.acts = len(acts)
        for title, act in acts:
            with display.act(title):
                act()
        text = summary(story.findings, time.monotonic() - begun, dropped=not keep)
        return text + (_how_to_play(folder, story) if keep else "")


def deliver(folder: Path) -> str:
    """In a demo that was kept: production receives the next file."""
    folder = folder.absolute()
    if not (folder / STACK_FILE).exists():
        raise GhostError(f"no demo stands in {folder}", "start one: ghost-ingest demo --keep")
    display = Display(acts=0)
    story = Story(Stage(folder, display), local_stack.remembered(folder / STACK_FILE), display)
    if story.has_received(SPARE):
        return "Production has received every file that the demo has."
    story.arrive(SPARE)
    return f"Production and its control received the file of {', '.join(SPARE)}."


def clear(folder: Path) -> bool:
    """Stop and remove what an earlier demo left in the folder; False if there was nothing.

    Raises Refused for a folder with anything in it that no demo made, and for one in which a demo is being played.
    """
    folder = folder.absolute()
    if not folder.exists() or not any(folder.iterdir()):
        return False
    if not (folder / MARKER).is_file():
        raise Refused(f"{folder} is not a demo's folder, so nothing in it is touched", "choose another with --folder")
    player = (folder / MARKER).read_text()
    if not (folder / KEPT).is_file() and player and not ThisProcess().is_dead(player):
        raise Refused(f"a demo is being played in {folder}", "wait for its end, or choose another with --folder")
    local_stack.stop_remembered(folder / STACK_FILE)
    shutil.rmtree(folder, ignore_errors=True)
    return True


@contextmanager
def _standing(folder: Path, keep: bool) -> Iterator[local_stack.LocalStack]:
    stack, done = None, False
    try:
        stack = local_stack.start(folder / "aws", auth=True)
        local_stack.remember(stack, folder / STACK_FILE)
        yield stack
        done = True
    finally:
        if not (keep and done):
            _do_not_disturb()
            if stack:
                local_stack.stop(stack)
            shutil.rmtree(folder, ignore_errors=True)


def _do_not_disturb() -> None:
    """A second Ctrl-C must not keep the first from clearing everything away. It takes a few seconds."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def _how_to_play(folder: Path, story: Story) -> str:
    script = folder / KEPT
    wanted = story.environment | {"PATH": story.command_path, "GHOST_DEMO_FOLDER": str(folder)}
    script.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in wanted.items()))
    return f"""

It is left standing, with the ghost of {BRANCH}. To play with it:
  source {shlex.quote(str(script))}; cd {shlex.quote(str(story.project))}
  ghost-ingest status                                 what the ghost is
  ghost-ingest demo --deliver                         production receives one more file
  dbt run-operation ghost_feed --target ghost         load what the ghost made of it
  dbt build --target ghost                            the branch's models in the clone
  ghost-ingest drop --yes                             remove the ingestion half
  dbt run-operation ghost_drop --target ghost         remove the clone
  ghost-ingest demo --stop                            stop and remove all of this"""
