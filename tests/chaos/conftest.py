"""One deployment for all faults, and the outcomes of which `docs/reliability.md` is made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import permissions_support
from chaos_shop_support import CLOCK, Shop
from chaos_support import EXTENSION, OUTCOMES
from patronage.cloud import Cloud, MiniStack, deploy, repository, synthesise
from patronage.settings import Shop as Settings
from tests_support import HAS_JAVA, NO_JAVA

CLOCKS = Path(__file__).parent / "clock"
QUICKLY = {"SFN_WAIT_SCALE": "0.02", "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.2", "PYTHONPATH": str(CLOCKS)}
"""Waits between retries are the template's and Lambda's, in a fiftieth of the time or less."""


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("chaos")
    calls = permissions_support.fresh_folder("chaos")
    with _disturbed(folder, calls) as found:
        found.begin()
        yield found
        permissions_support.keep(found.stack, calls)


@pytest.fixture(scope="module")
def shop_on_spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Give a shop of its own whose runs are Spark jobs; its roles are those of the other shop but one."""
    if not HAS_JAVA:
        pytest.skip(NO_JAVA)
    folder = tmp_path_factory.mktemp("chaos_on_spark")
    with _disturbed(folder, folder, context={"spark": "on"}) as found:
        found.stack.lake_store().write_bytes("settings/engine.toml", b'engine = "spark"\n')
        found.begin()
        yield found


@contextmanager
def _disturbed(folder: Path, calls: Path, *, context: Mapping[str, str] | None = None) -> Iterator[Shop]:
    """Deploy a shop to a local cloud that can be disturbed, and let `patronage status` see it."""
    settings = QUICKLY | {"CHAOS_CLOCK": str(folder / CLOCK)}
    shop = Settings(currency="GBP", timezone="Europe/London")
    assembly = synthesise(repository(), shop, context=context)
    with (
        pytest.MonkeyPatch.context() as patch,
        MiniStack(port=0, extension=(EXTENSION, str(calls)), settings=settings) as ministack,
    ):
        cloud = Cloud(ministack.endpoint)
        for name, value in cloud.environment.items():
            patch.setenv(name, value)
        yield Shop(deploy(cloud, assembly.folder), folder)


@pytest.fixture(scope="session")
def _outcomes() -> Iterator[dict[str, list[dict[str, Any]]]]:
    """Give what came of each test; those that do not run now keep what came of them before."""
    kept = json.loads(OUTCOMES.read_text(encoding="utf-8")) if OUTCOMES.is_file() else {}
    yield kept
    OUTCOMES.parent.mkdir(parents=True, exist_ok=True)
    OUTCOMES.write_text(json.dumps(kept, indent=1), encoding="utf-8")


@pytest.fixture
def record(request: pytest.FixtureRequest, _outcomes: dict[str, list[dict[str, Any]]]) -> Callable[..., None]:
    """Give a function that keeps what came of a fault: where, which, how many calls it struck, and what."""
    _outcomes[request.node.nodeid] = mine = []

    def keep(where: str, fault: str, struck: int, outcome: str) -> None:
        mine.append({"where": where, "fault": fault, "struck": struck, "outcome": outcome})

    return keep
