"""A door in front of the local AWS that lets all through but the making of functions, as AWS does on a bad day."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Answer = Literal["denied", "too large", "hangs up"]

FUNCTIONS = "/2015-03-31/functions"


class EchoingDoor(ThreadingHTTPServer):
    """`refused` counts the functions that it was asked to make."""

    daemon_threads = True

    def __init__(self, url: str, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.behind, self.answer, self.refused = urlsplit(url).netloc, answer, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def echoing_door(url: str, answer: Answer) -> Iterator[EchoingDoor]:
    """In front of the AWS at `url`."""
    with EchoingDoor(url, answer) as door:
        thread = threading.Thread(target=door.serve_forever)
        thread.start()
        try:
            yield door
        finally:
            door.shutdown()
            thread.join()


class _Request(BaseHTTPRequestHandler):
    server: EchoingDoor
    protocol_version = "HTTP/1.1"

    def do_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.command == "POST" and self.path.rstrip("/") == FUNCTIONS:
            self.server.refused += 1
            self._refuse(json.loads(body)["Environment"]["Variables"])
        else:
            self._pass_on(body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_any

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test looks at all that is written."""

    def _refuse(self, variables: dict[str, str]) -> None:
        if self.server.answer == "hangs up":
            self.close_connection = True
            self.connection.close()
            return
        status, code, words = {
            "denied": (403, "AccessDeniedException", f"not authorized: Value '{variables}' at 'environment'"),
            "too large": (400, "InvalidParameterValueException", f"exceeds 4KB: {' '.join(variables.values())}"),
        }[self.server.answer]
        message = f"{words} String measured: {json.dumps(variables)}"
        answer = json.dumps({"Type": "User", "message": message}).encode()
        self._answer(status, {"x-amzn-ErrorType": code, "Content-Type": "application/json"}, answer)

    def _pass_on(self, body: bytes) -> None:
        behind = http.client.HTTPConnection(self.server.behind, timeout=60)
        behind.request(self.command, self.path, body, dict(self.headers.items()))
        answer = behind.getresponse()
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
        # Prod's code is fetched from where Lambda says that it is, and only by the way of all other calls.
        content = answer.read()
        if self.path.startswith(FUNCTIONS):
            port = self.server.behind.rpartition(":")[2].encode()
            content = re.sub(rb"http://[\w.]+:%b/" % port, f"{self.server.url}/".encode(), content)
        self._answer(answer.status, headers, content)
        behind.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


HOP_BY_HOP = {"connection", "content-length", "keep-alive", "transfer-encoding"}
