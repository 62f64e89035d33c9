"""Chromium without a window, spoken to in its DevTools protocol over a pipe: JSON, each ended by a zero byte."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import itertools
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]
PATIENCE = 60.0
"""Seconds for one answer: machines may be busy."""

OPTIONS = (
    *("--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run", "--disable-extensions"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)


@dataclass
class Chromium:
    """A running browser. It ends with this process at the latest: its pipe closes."""

    pid: int
    to: int
    fro: int
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    events: list[Json] = field(default_factory=list)
    unread: bytes = b""

    @classmethod
    def start(cls, profile: Path) -> Chromium:
        binary = shutil.which("chromium")
        assert binary, "chromium is not installed"
        (theirs_in, to), (fro, theirs_out) = os.pipe(), os.pipe()
        high = [fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, 20) for each in (theirs_in, theirs_out)]
        quiet = os.open(os.devnull, os.O_RDWR)
        # A sandbox needs rights that root in a container has not; the page is our own.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        pid = os.posix_spawn(
            binary,
            [binary, *OPTIONS, *sandbox, f"--user-data-dir={profile}", "about:blank"],
            os.environ,
            file_actions=[
                *((os.POSIX_SPAWN_DUP2, quiet, number) for number in (0, 1, 2)),
                *((os.POSIX_SPAWN_DUP2, each, number) for each, number in zip(high, (3, 4), strict=True)),
            ],
            setpgroup=0,
        )
        for each in (theirs_in, theirs_out, quiet, *high):
            os.close(each)
        return cls(pid, to, fro)

    def call(self, method: str, session: str | None = None, **params: Any) -> Json:
        """Its answer. What it tells meanwhile is kept in `events`."""
        number = next(self.numbers)
        asked = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self.to, json.dumps(asked).encode() + b"\0")
        end = time.monotonic() + PATIENCE
        while (said := self._next(end)).get("id") != number:
            self.events.append(said)
        assert "error" not in said, f"{method}: {said['error']}"
        answer: Json = said["result"]
        return answer

    def wait_for(self, event: str, session: str) -> None:
        end = time.monotonic() + PATIENCE
        while not any(each.get("method") == event and each.get("sessionId") == session for each in self.events):
            self.events.append(self._next(end))

    def new_page(self) -> Page:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, target, session)
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility", "DOM"):
            page.call(f"{domain}.enable")
        return page

    def close(self) -> None:
        with contextlib.suppress(OSError, AssertionError):
            self.call("Browser.close")
        os.close(self.to)
        os.close(self.fro)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # its own group: nothing else is in it
        os.waitpid(self.pid, 0)

    def _next(self, end: float) -> Json:
        while b"\0" not in self.unread:
            ready, _, _ = select.select([self.fro], [], [], max(0, end - time.monotonic()))
            assert ready, f"Chromium says nothing for {PATIENCE:.0f} seconds"
            more = os.read(self.fro, 1 << 20)
            assert more, "Chromium has ended"
            self.unread += more
        said, _, self.unread = self.unread.partition(b"\0")
        message: Json = json.loads(said)
        return message


@dataclass
class Page:
    chromium: Chromium
    target: str
    session: str

    def call(self, method: str, **params: Any) -> Json:
        return self.chromium.call(method, self.session, **params)

    def open(self, file: Path, width: int = 1280, height: int = 900, *, scheme: str = "light", media: str = "") -> None:
        """At a size in CSS pixels, as somebody sees it who prefers that colour scheme."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)
        self.chromium.events.clear()
        self.call("Page.navigate", url=file.as_uri())
        self.chromium.wait_for("Page.loadEventFired", self.session)

    def says(self, script: str) -> Any:
        """The value of an expression, as JSON has it."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def click(self, selector: str) -> None:
        """With the mouse, in the middle of what is there."""
        found = f"const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});"
        middle = "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2];"
        x, y = self.says(f"(() => {{ {found} {middle} }})()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key: str, code: int) -> None:
        """A key, by its name and its virtual code."""
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            more = text if kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **more)

    def screenshot(self) -> bytes:
        """Of the window, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def told(self, *methods: str) -> list[Json]:
        """The events since the page was opened."""
        return [each["params"] for each in self.chromium.events if each.get("method") in methods]

    def close(self) -> None:
        self.chromium.call("Target.closeTarget", targetId=self.target)
