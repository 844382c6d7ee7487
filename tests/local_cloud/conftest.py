"""One deployment a session: two groups of customers with disjoint tastes, ingested, segmented and trained."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import permissions_support
from chaos_shop_support import order_rows, write_orders
from chaos_support import EXTENSION
from patronage.cloud import (
    MACHINES,
    Api,
    Cloud,
    MiniStack,
    Stack,
    Uploaded,
    deploy,
    open_api,
    repository,
    start_run,
    synthesise,
    upload_file,
    wait_for_report,
    wait_for_runs,
)
from patronage.settings import Shop


@dataclass(frozen=True)
class Deployment:
    """A deployed stack after its first runs."""

    stack: Stack
    api: Api
    orders: Path
    uploaded: Uploaded
    report: dict[str, Any]
    executions: dict[str, str]


def rows() -> list[list[str]]:
    """Two groups whose members lack one product each, which is the answer, and a guest."""
    guest = ["guest-1", "1", "", "A-p0", "A product 0", "1", "3.99", "GBP", "2025-03-04T10:00:00Z", "France"]
    return [*order_rows(), guest]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the session's deployment: beside it another process tests all the rest."""
    for item in items:
        if item.path.parent == Path(__file__).parent and "deployment" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.deployment)


@pytest.fixture(scope="session")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_orders(tmp_path_factory.mktemp("orders") / "two-groups.csv", rows())


@pytest.fixture(scope="session")
def deployment(orders: Path) -> Iterator[Deployment]:
    assembly = synthesise(repository(), Shop(currency="GBP", timezone="Europe/London"))
    calls = permissions_support.fresh_folder("local_cloud")
    with MiniStack(port=0, extension=(EXTENSION, str(calls))) as ministack:
        stack = deploy(Cloud(ministack.endpoint), assembly.folder)
        uploaded = upload_file(stack, orders)
        report = wait_for_report(stack, uploaded, timeout_s=120)
        executions = {machine: start_run(stack, machine, f"first-{machine}") for machine in MACHINES}
        wait_for_runs(stack, executions, on_state=lambda _: None, timeout_s=400)
        yield Deployment(stack, open_api(stack), orders, uploaded, report, executions)
        permissions_support.keep(stack, calls)


@pytest.fixture(scope="session")
def group_is_gone() -> Callable[[int], bool]:
    """Say whether a process group ends within some seconds; what only waits to be reaped has ended."""

    def is_gone(group: int, *, within_seconds: float = 10) -> bool:
        deadline = time.monotonic() + within_seconds
        while time.monotonic() < deadline:
            if not any(_living_group(folder) == group for folder in Path("/proc").glob("[0-9]*")):
                return True
            time.sleep(0.1)
        return False

    return is_gone


def _living_group(process: Path) -> int | None:
    """Return the process group of a living process."""
    try:
        state, _parent, group = (process / "stat").read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return None
    return None if state == "Z" else int(group)
