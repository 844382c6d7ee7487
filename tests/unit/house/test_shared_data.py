"""Benchmarks whose public data set is missing end with one sentence that helps."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import pytest

from benchmarks.recommend_data import movielens_1m
from benchmarks.shared_data import SECTION, SETS, VARIABLE, has_shared_set, shared_set
from tests_support import REPOSITORY

pytestmark = pytest.mark.filterwarnings("ignore:The 'mode.chained_assignment' option")  # a peer's own

READERS = {
    "beauty_hr10": ("accuracy", "amazon-5core-sequences"),
    "cdnow_bgnbd_r": ("segment", "cdnow"),
    "ml100k_best_ndcg10": ("accuracy", "movielens-100k"),
    "ml100k_svd_rmse": ("accuracy", "movielens-100k"),
    "ml1m_hybrid_rmse": ("accuracy", "movielens-1m"),
    "tafeng_recall20": ("accuracy", "tafeng-baskets"),
}


@pytest.fixture
def nothing(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("figure", READERS)
def test_a_figure_without_its_set_says_what_is_missing(nothing, figure):
    subject, name = READERS[figure]
    measure = importlib.import_module(f"benchmarks.{subject}").FIGURES[figure]
    with pytest.raises(SystemExit) as ended:
        measure()
    told = str(ended.value)
    assert told.startswith(f"{name}/{SETS[name][0]} is not in {nothing}: ")
    assert VARIABLE in told
    assert SECTION in told
    assert told.count("\n") == 0


def test_a_file_of_a_set_may_be_missing(nothing):
    folder = nothing / "movielens-1m"
    folder.mkdir()
    (folder / "ratings.csv.gz").touch()
    assert not has_shared_set("movielens-1m")
    with pytest.raises(SystemExit, match=r"movielens-1m/movies\.dat is not in"):
        movielens_1m()


def test_a_set_with_all_its_files_is_at_hand(nothing):
    folder = nothing / "cdnow"
    folder.mkdir()
    (folder / "cdnow_customers_summary.csv").touch()
    assert has_shared_set("cdnow")
    assert shared_set("cdnow") == folder


def test_the_command_ends_without_a_traceback(nothing):
    command = [sys.executable, "-m", "benchmarks", "accuracy", "--only", "ml100k_item_cf_rmse"]
    ended = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**os.environ, VARIABLE: str(nothing)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("movielens-100k/u.data.gz is not in ")
