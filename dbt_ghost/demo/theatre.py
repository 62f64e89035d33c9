"""Runs the demo: makes the folder, starts the local AWS, plays the acts, and clears everything away again."""

from __future__ import annotations

import shlex
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbt_ghost.core.errors import GhostError
from dbt_ghost.demo.display import Display
from dbt_ghost.demo.stage import Stage
from dbt_ghost.demo.story import BRANCH, SPARE, Story
from dbt_ghost.demo.summary import summary
from dbt_ghost.providers import local_stack

STACK_FILE = "stack.json"


def play(folder: Path, keep: bool) -> str:
    """Play the whole story in `folder`, which must not be anything else's. Returns the summary."""
    folder = folder.absolute()
    clear(folder)
    folder.mkdir(parents=True)
    begun = time.monotonic()
    with _terminable(), _standing(folder, keep) as stack:
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
    day = SPARE[0]
    story.arrive((day,))
    return f"Production and its control received the file of {day}."


def clear(folder: Path) -> bool:
    """Stop and remove what an earlier demo left in the folder; False if there was nothing."""
    stopped = local_stack.stop_remembered(folder / STACK_FILE)
    if folder.exists() and not (folder / "home").is_dir() and any(folder.iterdir()):
        raise GhostError(f"{folder} is not a demo's folder", "choose another one with --folder")
    existed = folder.exists()
    shutil.rmtree(folder, ignore_errors=True)
    return stopped or existed


@contextmanager
def _terminable() -> Iterator[None]:
    """A SIGTERM, too, leaves by the way that clears everything away."""

    def leave(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _standing(folder: Path, keep: bool) -> Iterator[local_stack.LocalStack]:
    stack = local_stack.start(folder / "aws", auth=True)
    done = False
    try:
        local_stack.remember(stack, folder / STACK_FILE)
        yield stack
        done = True
    finally:
        if not (keep and done):
            local_stack.stop(stack)
            shutil.rmtree(folder, ignore_errors=True)


def _how_to_play(folder: Path, story: Story) -> str:
    script = folder / "env.sh"
    wanted = story.environment | {"PATH": story.command_path}
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
