"""The hot path imports few packages, and fast ones (DESIGN.md, section 5)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests_support import REPOSITORY

MAY_IMPORT = {
    "aws_lambda_powertools",
    "boto3",
    "botocore",
    "certifi",  # botocore takes it where it is installed; the Lambda runtime has its own
    "dateutil",
    "jmespath",
    "patronage",
    "s3transfer",
    "six",
    "typing_extensions",
    "urllib3",
}
PROGRAM = """
import importlib.util, json, os, sys
os.environ.update(AWS_DEFAULT_REGION="us-east-1", AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")
before = {{name.partition(".")[0] for name in sys.modules}}
spec = importlib.util.spec_from_file_location("handler", {path!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
module.runtime.impatient_dynamodb()
loaded = {{name.partition(".")[0] for name in sys.modules}} - before
print(json.dumps(sorted(loaded - set(sys.stdlib_module_names) - {{"handler"}})))
"""


@pytest.mark.parametrize("function", ["lookup", "api"])
def test_a_function_that_answers_imports_only_what_is_listed(function):
    program = PROGRAM.format(path=str(REPOSITORY / "functions" / function / "handler.py"))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name for name in json.loads(done.stdout) if not name.startswith("_")}
    assert loaded <= MAY_IMPORT
    assert {"patronage", "boto3"} <= loaded
