"""Record anew how the local AWS tells functions of objects with odd keys:  python -m tests.tap.record"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from dbt_ghost.providers.local_stack import local_stack
from tests.local_aws import session_of
from tests.tap.production import BUCKET, ODD_KEYS, ROUTES, make_production, told
from tests.tap.structure import key_of

RECORDED = Path(__file__).parent / "recorded"


def recorded(kind: str, route: str) -> Any:
    return json.loads((RECORDED / kind / f"{route}.json").read_text())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, local_stack(Path(folder) / "server") as stack:
        session = session_of(stack)
        make_production(session)
        for number, key in enumerate(ODD_KEYS, 1):
            session.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"x" * number)
            heard = told(session, "prod-step", number)
    for route in ROUTES:
        events = sorted(heard[route], key=key_of)
        (RECORDED / "local" / f"{route}.json").write_text(json.dumps(events, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
