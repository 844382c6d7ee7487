"""What several tests share."""

from __future__ import annotations

import os
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
REPOSITORY = Path(__file__).parents[1]
ALL = bool(os.environ.get("PATRONAGE_TEST_ALL"))
"""Whether `make test-all` runs: then a property is tried with all its examples."""


def examples(count: int) -> int:
    """Return how many of the examples of a property are tried: a quarter of them in the short run."""
    return count if ALL else max(count // 4, min(count, 8))


def some(values: Iterable[Any], *, every: int) -> list[Any]:
    """Return the values of a test's parameter; the short run tries the first and each so many further on."""
    return [
        value if place % every == 0 else pytest.param(value, marks=pytest.mark.slow)
        for place, value in enumerate(values)
    ]


def adds_up(report: dict[str, Any]) -> bool:
    """Say whether every row that was read has exactly one fate."""
    fates = ("kept", "refused", "repeated", "superseded")
    return report["state"] in {"done", "refused"} and report["read"] == sum(report[fate] for fate in fates)


HAS_JAVA = shutil.which("java") is not None
NO_JAVA = "Spark needs Java 17 or newer: apt-get install openjdk-17-jre-headless"


def shared_data() -> Path:
    """Return where the public data sets lie that are not ours to ship."""
    return Path(os.environ.get("PATRONAGE_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))


def shared(path: str) -> Path:
    """Return a file or folder of the public data sets, or skip the test."""
    found = shared_data() / path
    if not found.exists():
        pytest.skip(f"the public data set {path} is not at hand: set PATRONAGE_SHARED_DATA")
    return found


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
