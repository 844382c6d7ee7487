"""One Spark session for the run, a module's shop on both engines; without Java tests say how to get it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from engines_support import Recorder, Twins
from patronage.engines.spark import LOCAL, session
from spark_shops_support import copied
from tests_support import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import SparkSession

NO_JAVA = "Java 17 is missing; install it with: apt-get install openjdk-17-jre-headless"
_SMALL = {
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    # Rows are few and statements many: to compile either takes longer than to run it.
    "spark.driver.extraJavaOptions": "-Xss8m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
_UNCOMPILED = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
"""`make test-all` compiles statements, as they are in a job."""


@pytest.fixture(scope="session")
def spark(tmp_path_factory) -> Iterator[SparkSession]:
    if shutil.which("java") is None:
        pytest.skip(NO_JAVA)
    settings = {**LOCAL, **_SMALL, **({} if ALL else _UNCOMPILED)}
    settings["spark.master"] = "local[1]"
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
