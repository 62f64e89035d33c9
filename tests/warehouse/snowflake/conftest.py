from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.snowflake_double.server import Double
from tests.warehouse.snowflake.account import Shop, make_shop, settings
from tests.warehouse.snowflake.account import production as standard_production
from tests.warehouse.snowflake.log import refuse_strays
from tests.warehouse.worker import DbtWorker

MakeShop = Callable[..., Shop]


@pytest.fixture(scope="session")
def worker() -> Iterator[DbtWorker]:
    with DbtWorker() as worker:
        yield worker


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all shops: what dbt parsed stays warm."""
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="session")
def port() -> int:
    """One port for all accounts: what dbt parsed is cold again when its profile's port is another."""
    with Double() as double:
        return double.port


@pytest.fixture
def shop_of(worker: DbtWorker, folder: Path, port: int) -> Iterator[MakeShop]:
    """Makes an account with production on it; `shop_of(clone={...})` changes `vars: ghost:`. Checks what was sent."""
    doubles: list[Double] = []

    def make(production: list[str] | None = None, **changes: Any) -> Shop:
        double = Double(port=0 if doubles else port)
        double.__enter__()
        doubles.append(double)
        shop = make_shop(double, worker, folder, production or standard_production())
        shop.ghost = settings(**changes)
        shop.set_up()
        return shop

    yield make
    for double in doubles:
        double.__exit__(None, None, None)
        refuse_strays(double.journal)


@pytest.fixture
def shop(shop_of: MakeShop) -> Shop:
    return shop_of()


@contextmanager
def shop_on(double: Double, worker: DbtWorker, folder: Path, production: list[str], **changes: Any) -> Iterator[Shop]:
    """A shop for a whole module's tests, which `shop_of` cannot make; `changes` as there."""
    with double:
        shop = make_shop(double, worker, folder, production)
        shop.ghost = settings(**changes)
        shop.set_up()
        yield shop
    refuse_strays(double.journal)
