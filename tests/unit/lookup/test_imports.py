"""The hot path imports few packages, and fast ones (DESIGN.md, section 5)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests_support import REPOSITORY

# None of the three has a layer with packages: beside ours there is what comes with boto3 in Lambda's runtime.
MAY_IMPORT = {
    "boto3",
    "botocore",
    "certifi",  # botocore takes it where it is installed; the Lambda runtime has its own
    "dateutil",
    "jmespath",
    "patronage",
    "s3transfer",
    "six",
    "urllib3",
}
NEVER = {"aws_xray_sdk", "duckdb", "numpy", "pandas", "pyarrow", "pydantic", "scipy", "sklearn"}
ONLY_WHEN_NEEDED = {
    "patronage.logic.api.openapi",
    "patronage.logic.api.schemas",
    "patronage.logic.collect.session",
    "patronage.logic.experiments.arms",
    "patronage.logic.experiments.assignment",
    "patronage.logic.experiments.lifecycle",
    "patronage.logic.experiments.running",
    "patronage.logic.experiments.variants",
    "patronage.logic.serve.rules_document",
    "patronage.steps.run_reader",
}
"""What an environment of lookups imports upon the first request that meets it, or never."""
PROGRAM = """
import importlib.util, json, os, sys
os.environ.update(AWS_DEFAULT_REGION="us-east-1", AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
before = set(sys.modules)
spec = importlib.util.spec_from_file_location("handler", {path!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.runtime.impatient_dynamodb()
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def loaded_by(function):
    """Name the modules that an environment of a function loads before its first request."""
    program = PROGRAM.format(path=str(REPOSITORY / "functions" / function / "handler.py"))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("function", ["lookup", "api", "collect"])
def test_a_function_that_answers_imports_only_what_is_listed(function):
    packages = {name.partition(".")[0] for name in loaded_by(function)}
    ours = {name for name in packages - sys.stdlib_module_names - {"handler"} if not name.startswith("_")}
    assert ours <= MAY_IMPORT
    assert {"patronage", "boto3"} <= ours
    assert not packages & NEVER


def test_a_lookup_imports_late_what_few_requests_need():
    assert not loaded_by("lookup") & ONLY_WHEN_NEEDED
