"""One Spark session for the run, a module's shop on both engines; without Java tests say how to get it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engines_support import Recorder, Twins
from patronage.engines.spark import SMALL, UNCOMPILED, session
from spark_shops_support import copied
from tests_support import ALL, HAS_JAVA, NO_JAVA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

LARGE = {
    "spark.master": "local[2]",
    "spark.sql.shuffle.partitions": "3",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.adaptive.coalescePartitions.enabled": "false",  # of few rows it would make one partition again
    "spark.sql.files.maxPartitionBytes": "16k",
}
"""For `make test-all`: several partitions and compiled statements, as a job of many rows has."""


@pytest.fixture(scope="session")
def spark(tmp_path_factory) -> Iterator[SparkSession]:
    if not HAS_JAVA:
        pytest.skip(NO_JAVA)
    settings = dict(SMALL)
    if ALL:
        settings = {name: value for name, value in SMALL.items() if name not in UNCOMPILED} | LARGE
    settings["spark.sql.warehouse.dir"] = str(tmp_path_factory.mktemp("warehouse"))
    opened = session(settings)
    opened.sparkContext.setLogLevel("ERROR")
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture(scope="module")
def twins(request, spark, recorder, tmp_path_factory) -> Twins:
    """Make the module's `SHOP` twice, to do its `STEPS` on both engines."""
    root = request.module.SHOP(tmp_path_factory.mktemp("shop"))
    return Twins((root, copied(root, "spark")), request.module.STEPS, spark, recorder)
