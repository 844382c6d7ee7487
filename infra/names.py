"""Names that more than one construct, or someone outside the template, relies on."""

from __future__ import annotations

from dataclasses import dataclass

STAGE = "live"
METRICS_NAMESPACE = "Patronage"
EVENT_SOURCE = "patronage"

RAW_OBJECTS = "raw/*"
LAKE_OBJECTS = "lake/*"
RUN_OBJECTS = "runs/*"
MODEL_OBJECTS = "models/*"

LAYER_PACKAGES = {
    "serve": ("aws-lambda-powertools",),
    "tables": ("deltalake", "duckdb", "python-calamine", "tzdata"),
    "learn": ("numpy", "scipy", "tzdata"),
}
"""Name of a layer set: what it holds, dependencies apart. boto3 is the Lambda runtime's own."""


@dataclass(frozen=True, kw_only=True)
class FunctionSpec:
    """What a Lambda function is made of, apart from what it may do."""

    name: str
    layer_sets: tuple[str, ...]
    memory_mb: int
    timeout_seconds: int
    tmp_mb: int
    in_a_run: bool = False

    @property
    def logical_id(self) -> str:
        """Name in PascalCase, the stem of its logical ids and outputs."""
        return "".join(word.capitalize() for word in self.name.split("_"))


INGEST = FunctionSpec(
    name="ingest", layer_sets=("serve", "tables"), memory_mb=3008, timeout_seconds=900, tmp_mb=10240
)
SEGMENT = FunctionSpec(
    name="segment",
    layer_sets=("serve", "tables"),
    memory_mb=3008,
    timeout_seconds=900,
    tmp_mb=10240,
    in_a_run=True,
)
TRAIN_TABLES = FunctionSpec(
    name="train_tables",
    layer_sets=("serve", "tables"),
    memory_mb=3008,
    timeout_seconds=900,
    tmp_mb=10240,
    in_a_run=True,
)
TRAIN = FunctionSpec(
    name="train",
    layer_sets=("serve", "learn"),
    memory_mb=3008,
    timeout_seconds=900,
    tmp_mb=2048,
    in_a_run=True,
)
PUBLISH = FunctionSpec(
    name="publish",
    layer_sets=("serve", "tables"),
    memory_mb=1769,
    timeout_seconds=900,
    tmp_mb=2048,
    in_a_run=True,
)
LOOKUP = FunctionSpec(name="lookup", layer_sets=("serve",), memory_mb=1024, timeout_seconds=10, tmp_mb=512)
API = FunctionSpec(name="api", layer_sets=("serve",), memory_mb=1024, timeout_seconds=29, tmp_mb=512)

FUNCTIONS = (INGEST, SEGMENT, TRAIN_TABLES, TRAIN, PUBLISH, LOOKUP, API)
