"""Names that more than one construct, or someone outside the template, relies on."""

from __future__ import annotations

from dataclasses import dataclass

STAGE = "live"
DESCRIPTION = "Patronage: segments and recommendations of one shop"
"""Of a stack, by which it is told from another's."""
EVENT_SOURCE = "patronage"
LOCAL_PORT = "LocalPort"
"""The parameter that only the template for a cloud on this machine has."""

UPLOADS_AT_ONCE = 5

RAW_OBJECTS = "raw/*"
LAKE_OBJECTS = "lake/*"
LAYOUT_OBJECT = "lake/layout.json"
SETTINGS_OBJECTS = "settings/*"
RUN_OBJECTS = "runs/*"
MODEL_OBJECTS = "models/*"
ERASURE_OBJECTS = "erasures/*"
CUSTOMER_EXPORT_OBJECTS = "exports/customers/*"
RULES_OBJECT = "settings/rules.json"
ENGINE_OBJECT = "settings/engine.toml"
EXPERIMENTS_OBJECT = "settings/experiments.json"
MONITOR_OBJECTS = "monitor/*"
UPLOAD_REPORT_OBJECTS = "lake/reports/ingest/*"
QUALITY_OBJECTS = "lake/reports/quality/*"
DECISION_OBJECTS = "runs/*/monitor/decision.json"

LAYER_PACKAGES = {
    "serve": ("aws-lambda-powertools",),
    "docs": ("drf-spectacular-sidecar",),
    "tables": ("blake3", "deltalake", "duckdb", "python-calamine", "tzdata"),
    "learn": ("implicit", "numpy", "scikit-learn", "scipy", "tzdata"),
}
"""Name of a layer set: what it holds, dependencies apart. boto3 is the Lambda runtime's own."""

JOB_SET = "spark"
JOB_PACKAGES = (
    *("boto3", "deltalake", "duckdb", "implicit", "numpy"),
    *("pandas", "pyarrow", "scikit-learn", "scipy", "sqlglot", "tzdata"),  # Spark's own Arrow asks for pandas
)
"""What the Spark job imports beside our library; EMR Serverless brings Spark."""

MANAGED_LAYERS = {"pandas": ("336392948345", "AWSSDKPandas-Python313-Arm64", 11)}
"""Name of a layer set that AWS builds: its account, layer and version, the same in each region that is on by
default. A version stays for ever; 11 is AWS SDK for pandas (awswrangler) 3.16.1. Regions that must be turned
on may have an account of their own, which https://aws-sdk-pandas.readthedocs.io/en/stable/layers.html lists;
the context `pandas_layer` takes such an ARN."""


def pascal_case(name: str) -> str:
    """Turn a name in snake_case into PascalCase."""
    return "".join(word.capitalize() for word in name.split("_"))


@dataclass(frozen=True, kw_only=True)
class FunctionSpec:
    """What a Lambda function is made of, apart from what it may do."""

    name: str
    layer_sets: tuple[str, ...]
    memory_mb: int
    timeout_seconds: int
    tmp_mb: int

    @property
    def logical_id(self) -> str:
        """Name in PascalCase, the stem of its logical ids and outputs."""
        return pascal_case(self.name)


INGEST = FunctionSpec(
    name="ingest", layer_sets=("serve", "tables"), memory_mb=3008, timeout_seconds=900, tmp_mb=10240
)
SEGMENT = FunctionSpec(
    name="segment",
    layer_sets=("serve", "tables"),
    memory_mb=3008,
    timeout_seconds=900,
    tmp_mb=10240,
)
SEGMENT_LEARN = FunctionSpec(
    name="segment_learn",
    layer_sets=("serve", "learn"),
    memory_mb=3008,
    timeout_seconds=900,
    tmp_mb=512,
)
TRAIN_TABLES = FunctionSpec(
    name="train_tables",
    layer_sets=("serve", "tables"),
    memory_mb=3008,
    timeout_seconds=900,
    tmp_mb=10240,
)
TRAIN = FunctionSpec(
    name="train",
    layer_sets=("serve", "learn"),
    memory_mb=3008,
    timeout_seconds=900,
    tmp_mb=2048,
)
PUBLISH = FunctionSpec(
    name="publish",
    layer_sets=("serve", "tables"),
    memory_mb=1769,
    timeout_seconds=900,
    tmp_mb=2048,
)
COMPACT = FunctionSpec(
    name="compact",
    layer_sets=("serve", "tables"),
    memory_mb=3008,
    timeout_seconds=900,
    tmp_mb=2048,
)
CATALOG = FunctionSpec(
    name="catalog",
    layer_sets=("serve", "pandas"),
    memory_mb=1024,
    timeout_seconds=120,
    tmp_mb=512,
)
LOOKUP = FunctionSpec(name="lookup", layer_sets=(), memory_mb=1024, timeout_seconds=10, tmp_mb=512)
API = FunctionSpec(name="api", layer_sets=("docs",), memory_mb=1024, timeout_seconds=29, tmp_mb=512)
COLLECT = FunctionSpec(name="collect", layer_sets=(), memory_mb=512, timeout_seconds=29, tmp_mb=512)
ERASE = FunctionSpec(
    name="erase",
    layer_sets=("serve", "tables"),
    memory_mb=3008,
    timeout_seconds=900,
    tmp_mb=10240,
)
MONITOR = FunctionSpec(
    name="monitor",
    layer_sets=("serve", "tables"),
    memory_mb=3008,
    timeout_seconds=900,
    tmp_mb=10240,
)
MONITOR_LEARN = FunctionSpec(
    name="monitor_learn",
    layer_sets=("serve", "learn"),
    memory_mb=3008,
    timeout_seconds=900,
    tmp_mb=512,
)

SPARK_JOB = FunctionSpec(
    name="spark_job",
    layer_sets=("serve", "tables", "learn"),
    memory_mb=3008,
    timeout_seconds=900,
    tmp_mb=10240,
)
"""In a cloud on this machine alone, which has no EMR Serverless."""

FUNCTIONS = (
    INGEST,
    SEGMENT,
    SEGMENT_LEARN,
    TRAIN_TABLES,
    TRAIN,
    PUBLISH,
    COMPACT,
    CATALOG,
    LOOKUP,
    API,
    COLLECT,
    ERASE,
    MONITOR,
    MONITOR_LEARN,
)
