"""The same interactions and settings give the same arrays, in any process and on any number of cores."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import sys

import numpy as np
import pytest

from patronage.logic.recommenders.candidates import BESIDE, CANDIDATES
from patronage.logic.recommenders.fingerprint import fingerprint
from tests_support import REPOSITORY

FIT_EACH = """
import json
from contextlib import nullcontext
from sys import argv

import numpy as np

from patronage.logic.recommenders import Side
from patronage.logic.recommenders.candidates import BESIDE, CANDIDATES, candidate
from patronage.logic.recommenders.fingerprint import fingerprint
from patronage.logic.recommenders.saved import learnt
from patronage.logic.recommenders.threads import single_blas_thread
from recommend_support import interactions

CUSTOMERS, PRODUCTS, LINES = 500, 600, 8_000
rng = np.random.default_rng(1)
shop = interactions(
    rng.integers(-1, CUSTOMERS, LINES),
    rng.zipf(1.3, LINES) % PRODUCTS,
    rng.integers(0, 300, LINES),
    n_customers=CUSTOMERS,
    n_products=PRODUCTS,
)
words = ["tea", "cup", "red", "blue", "large", "small", "pot", "milk"]
side = Side(
    texts=[" ".join(rng.choice(words, 4)) for _ in range(PRODUCTS)],
    product_tags=[[f"category={product % 7}"] for product in range(PRODUCTS)],
    customer_tags=[[f"country={customer % 5}"] for customer in range(CUSTOMERS)],
)
models = {name: candidate(name) for name in CANDIDATES} | {name: make() for name, make in BESIDE.items()}
with single_blas_thread() if argv[1] == "pinned" else nullcontext():
    found = {name: fingerprint(learnt(model.fit(shop, side=side))) for name, model in models.items()}
print(json.dumps(found))
"""


def started(threads: int, *, how: str = "pinned") -> subprocess.Popen[str]:
    """Train each method in a process of its own, with an order of sets and a number of threads of its own."""
    counts = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))
    environment = {**os.environ, **counts, "PYTHONHASHSEED": str(threads)}
    environment["PYTHONPATH"] = f"{REPOSITORY}/tests:{REPOSITORY}/layers/patronage/python"
    command = [sys.executable, "-W", "ignore", "-c", FIT_EACH, how]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE)


def ended(process: subprocess.Popen[str]) -> dict[str, str]:
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return json.loads(out)


@pytest.fixture(scope="module")
def twice() -> tuple[dict[str, str], dict[str, str]]:
    both = [started(1), started(2)]
    first, second = map(ended, both)
    return first, second


@pytest.mark.parametrize("name", [*CANDIDATES, *BESIDE])
def test_two_fits_in_processes_of_their_own_give_one_fingerprint(twice, name):
    first, second = twice
    assert first[name] == second[name]


def test_each_method_learns_something_else(twice):
    assert len(set(twice[0].values())) == len(twice[0])


@pytest.mark.slow
def test_without_the_one_thread_of_blas_they_would_not():
    both = [started(1, how="free"), started(2, how="free")]
    first, second = map(ended, both)
    assert first != second


def test_a_fingerprint_is_of_contents_not_of_how_they_lie_in_memory():
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    same = fingerprint({"a": values, "b": np.int32(7)[None]})
    assert same == fingerprint({"b": np.int32(7)[None], "a": np.asfortranarray(values).astype(">f4")})
    written = b'["a", "<f4", [2, 3]]' + struct.pack("<6f", *range(6))
    written += b'["b", "<i4", [1]]' + struct.pack("<i", 7)
    assert same == hashlib.sha256(written).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        {"a": np.zeros(4, np.float32)},
        {"b": np.zeros(3, np.float32)},
        {"a": np.zeros(3)},
        {"a": np.zeros((3, 1), np.float32)},
        {"a": np.array([0, 0, 1], np.float32)},
        {"a": np.zeros(3, np.float32), "c": np.zeros(0)},
    ],
)
def test_another_name_type_shape_or_value_is_another_fingerprint(other):
    assert fingerprint(other) != fingerprint({"a": np.zeros(3, np.float32)})
