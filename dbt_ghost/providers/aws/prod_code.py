"""The deployment package of a production function, checked against what Lambda says it runs."""

from __future__ import annotations

import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

from dbt_ghost.core.errors import GhostError
from dbt_ghost.providers.artifacts import sha256
from dbt_ghost.providers.aws.redaction import redacted_text
from dbt_ghost.providers.aws.session import Session, is_local

DOWNLOAD_SECONDS = 60


def read(session: Session, function: str, qualifier: str) -> bytes:
    """The zip file. Lets AWS's errors through; raises GhostError for a container image."""
    which = {"FunctionName": function} | ({"Qualifier": qualifier} if qualifier else {})
    found = session.client("lambda").get_function(**which)
    location = found["Code"].get("Location")
    if not location:
        raise GhostError(
            f"function {function} is a container image; it has no zip package",
            "leave `code:` out of the step if the branch does not change it; otherwise deploy it as a zip package",
        )
    package = _download(session, function, location)
    if sha256(package) != found["Configuration"]["CodeSha256"]:
        raise GhostError(
            f"function {function}: the downloaded package is not what Lambda says it runs", "run the command again"
        )
    return package


def _download(session: Session, function: str, location: str) -> bytes:
    local = _is_same_machine(location, session.endpoint)
    if not (local or urlsplit(location).scheme == "https"):
        raise GhostError(f"function {function}: its code is offered over {urlsplit(location).scheme}, not https")
    opener = urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if local else []))
    try:
        with opener.open(location, timeout=DOWNLOAD_SECONDS) as answer:
            package: bytes = answer.read()
            return package
    except (OSError, HTTPException) as error:
        # The location lets whoever has it fetch the code, and http.client repeats it.
        why = redacted_text(str(error)) if isinstance(error, OSError) else type(error).__name__
        raise GhostError(f"function {function}: its code cannot be downloaded: {why}", "try again") from None


def _is_same_machine(location: str, endpoint: str) -> bool:
    """A stand-in for AWS on this machine may offer code without TLS, on its own port only."""
    same_port = urlsplit(location).port == urlsplit(endpoint).port
    return same_port and urlsplit(location).scheme == "http" and is_local(location) and is_local(endpoint)
