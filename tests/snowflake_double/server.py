"""The double itself: an account behind the HTTP endpoints that Snowflake's connector speaks to."""

from __future__ import annotations

import gzip
import json
import secrets
import socket
import threading
import time
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import snowflake.connector
    import uvicorn
    from snowflake.connector.errors import DatabaseError, ProgrammingError
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

from tests.snowflake_double import errors, rights, router, wire
from tests.snowflake_double.catalog import Account, Object, new_account
from tests.snowflake_double.journal import Entry, Journal
from tests.snowflake_double.names import fold
from tests.snowflake_double.session import Session
from tests.snowflake_double.store import Store
from tests.snowflake_double.translating import Translator

__all__ = ["DatabaseError", "Double", "ProgrammingError"]


class Double:
    """`with Double() as double:` serves an account on `port` of 127.0.0.1, a free one if it is 0.

    Without `with`: no server, only `double.session(...)`, which runs statements in this process.

    `before` sees each statement before it runs, and may raise in its place: a race, a lost connection.
    `delay`: seconds that every statement sleeps. `s3`, `key`, `secret`: where s3:// leads (others refuse it).
    """

    def __init__(
        self, delay: float = 0.0, s3: str = "", key: str = "test", secret: str = "test", port: int = 0
    ) -> None:
        router.load()
        self.delay = delay
        self.before: Callable[[Entry], None] = lambda entry: None
        self.s3, self.key, self.secret = s3, key, secret
        self.account: Account = new_account()
        self.journal = Journal()
        self.store = Store()
        self.translate = Translator(self.store)
        self.lock = threading.RLock()
        self.freed = threading.Condition(self.lock)  # a transaction ended: who waits for its tables looks again
        self.writers: dict[Object, Session] = {}  # tables that an open transaction wrote
        self.port = port
        self._sessions: dict[str, Session] = {}
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def session(self, user: str = "ADMIN", role: str | None = None, secondary: str | None = None) -> Session:
        """A session without the wire: `double.session().run("select 1")`."""
        found = self.account.users.get(user.upper())
        if found is None:
            raise errors.SnowflakeError(390100, "08001", "Incorrect username or password was specified.")
        name = fold(role) if role else found.default_role or "PUBLIC"
        if not rights.user_has_role(self.account, found.name, name):
            raise errors.SnowflakeError(
                390189,
                "08001",
                f"Role '{name}' specified in the connect string does not exist or not authorized. "
                "Contact your local system administrator, or attempt to login with another role.",
            )
        return Session(self, found.name, name, secondary or found.default_secondary_roles)

    def connect(self, user: str = "ADMIN", role: str | None = None, **options: Any) -> Any:
        """A connection of snowflake.connector's: database=, schema=, warehouse=, session_parameters=, ..."""
        return snowflake.connector.connect(
            **{"account": "double", "host": "127.0.0.1", "port": self.port, "protocol": "http"},
            **{"user": user, "password": "none", "role": role, **options},
        )

    def __enter__(self) -> Double:
        routes = [
            Route("/session/v1/login-request", self._login, methods=["POST"]),
            Route("/session", self._session, methods=["POST"]),
            Route("/session/heartbeat", self._succeed, methods=["POST"]),
            Route("/queries/v1/query-request", self._query, methods=["POST"]),
            Route("/queries/v1/abort-request", self._succeed, methods=["POST"]),
            Route("/telemetry/send", self._succeed, methods=["POST"]),
        ]
        listening = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio leaves Nagle on: 40 ms a statement
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # of a double that has just stopped
        listening.bind(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        app = Starlette(routes=routes)
        config = uvicorn.Config(app, log_level="error", lifespan="off", loop="asyncio", http="h11", ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._server and self._thread
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)

    async def _succeed(self, _: Request) -> JSONResponse:
        return JSONResponse({"data": None, "code": None, "message": None, "success": True})

    async def _session(self, request: Request) -> JSONResponse:
        if request.query_params.get("delete"):
            if session := self._sessions.pop(_token(request), None):
                await run_in_threadpool(session.close)
        return await self._succeed(request)

    async def _login(self, request: Request) -> JSONResponse:
        data = (await _body(request))["data"]
        query = request.query_params
        try:
            session = self.session(data["LOGIN_NAME"], query.get("roleName"))
        except errors.SnowflakeError as error:
            return _refusal(error)
        for name, value in (data.get("SESSION_PARAMETERS") or {}).items():
            session.parameters[name.upper()] = str(value)
        session.warehouse = fold(query["warehouse"]) if query.get("warehouse") else None
        if query.get("databaseName") and (database := session.find_database(query["databaseName"])):
            session.database = database.name
            schema = fold(query.get("schemaName") or "PUBLIC")
            session.schema = schema if session.find_schema((database.name, schema)) else None
        token = secrets.token_urlsafe(24)
        self._sessions[token] = session
        info = {"databaseName": session.database, "schemaName": session.schema, "warehouseName": session.warehouse}
        parameters = [
            {"name": "AUTOCOMMIT", "value": True},
            {"name": "CLIENT_TELEMETRY_ENABLED", "value": False},
            {"name": "TIMEZONE", "value": "Etc/UTC"},
            {"name": "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "value": 3600},
            {"name": "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", "value": 0},
        ]
        answer = {"token": token, "masterToken": token, "serverVersion": "9.0.0", "parameters": parameters}
        return JSONResponse({"data": {**answer, "sessionInfo": {**info, "roleName": session.role}}, "success": True})

    async def _query(self, request: Request) -> JSONResponse:
        """Always HTTP 200: the connector repeats a request that got a 500, for ever."""
        session = self._sessions.get(_token(request))
        if session is None:
            return _refusal(errors.SnowflakeError(390104, "08001", "User must login again to access the service."))
        body = await _body(request)
        try:
            for unknown in ("bindings", "describeOnly", "asyncExec"):
                if body.get(unknown):
                    raise errors.unmodelled(f"requests with {unknown}")
            return await run_in_threadpool(self._answer, session, body["sqlText"])
        except errors.SnowflakeError as error:
            return _refusal(error)
        except Exception as error:
            return _refusal(errors.unmodelled(f"{type(error).__name__}: {error}, in {body['sqlText'][:300]}"))

    def _answer(self, session: Session, text: str) -> JSONResponse:
        rows = session.run(text)
        data = {
            "parameters": [{"name": "TIMEZONE", "value": "Etc/UTC"}],
            "rowtype": wire.rowtype(rows),
            "rowset": wire.rowset(rows),
            "total": len(rows.rows),
            "returned": len(rows.rows),
            "queryId": session.query_id,
            "queryResultFormat": "json",
            "statementTypeId": rows.statement,
            "finalDatabaseName": session.database,
            "finalSchemaName": session.schema,
            "finalWarehouseName": session.warehouse,
            "finalRoleName": session.role,
        }
        return JSONResponse({"data": data, "code": None, "message": None, "success": True})


def _refusal(error: errors.SnowflakeError) -> JSONResponse:
    code = f"{error.errno:06d}"
    data = {"errorCode": code, "sqlState": error.sqlstate, "queryId": secrets.token_hex(8)}
    return JSONResponse({"data": data, "code": code, "message": error.message, "success": False})


def _token(request: Request) -> str:
    return request.headers.get("Authorization", "")[len('Snowflake Token="') : -1]


async def _body(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    parsed: dict[str, Any] = json.loads(body)
    return parsed
