"""What `make release` builds, on a machine that has nothing else: installed, it runs without a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import duckdb
import pytest

from patronage import __version__
from tests_support import REPOSITORY, free_port

pytestmark = [pytest.mark.local_cloud, pytest.mark.slow]
UV = Path(sys.executable).with_name("uv")
ORDERS = REPOSITORY / "data" / "online-retail-ii-2009-2010.parquet"
SHOP = ("--currency", "GBP", "--timezone", "Europe/London")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both; the wheel comes from the sdist, as `uv build` does it."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([UV, "build", "--quiet", "--out-dir", folder], cwd=REPOSITORY, check=True)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return built / f"patronage-{__version__}-py3-none-any.whl"


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel with its extra, in the versions of the lock, into an environment of its own."""
    folder = tmp_path_factory.mktemp("bare")
    pins = folder / "pins.txt"
    export = [UV, "export", "--quiet", "--locked", "--extra", "demo", "--no-emit-project", "--no-hashes"]
    subprocess.run([*export, "--output-file", pins], cwd=REPOSITORY, stdout=subprocess.DEVNULL, check=True)
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    install = [UV, "pip", "install", "--quiet", "--python", folder / "venv" / "bin" / "python"]
    wanted = f"patronage[demo] @ {wheel.as_uri()}"
    subprocess.run([*install, "--constraint", pins, wanted], cwd=folder, check=True)
    return folder


def run(bare: Path, *arguments: object) -> str:
    """Run the installed command line, which must succeed, and return what it said."""
    done = try_to_run(bare, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def try_to_run(bare: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the installed command line in an empty folder with an empty home."""
    home = bare / "home"
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [bare / "venv" / "bin" / "patronage", *map(str, arguments)],
        cwd=bare,
        env={"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


@pytest.fixture(scope="module")
def some_orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("orders") / "some.parquet"
    rows = duckdb.sql(f"FROM read_parquet('{ORDERS}') WHERE \"Customer ID\" LIKE '%5.0'")
    rows.write_parquet(str(path))
    return path


def test_the_wheel_has_what_the_demo_deploys_and_nothing_of_this_machine(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    packed = {name.removeprefix("patronage/_repository/") for name in names if "/_repository/" in name}
    for path in (REPOSITORY / "infra").rglob("*.py"):
        assert path.relative_to(REPOSITORY).as_posix() in packed
    for path in ("cdk.json", "dashboard/dist/index.html", "data/README.md", f"data/{ORDERS.name}"):
        assert path in packed
    assert len([name for name in packed if name.startswith("functions/")]) == len(
        list((REPOSITORY / "functions").glob("*/handler.py"))
    )
    assert {name.split("/")[0] for name in names} == {"patronage", f"patronage-{__version__}.dist-info"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    licences = {name.rpartition("licenses/")[2] for name in names if "licenses/" in name}
    assert licences == {"LICENSE", "data/README.md"}


def test_the_sdist_has_the_tests_and_what_the_wheel_is_built_from(built: Path):
    with tarfile.open(built / f"patronage-{__version__}.tar.gz") as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for path in ("hatch_build.py", "uv.lock", "Makefile", "tests/budget.py", "dashboard/dist/index.html"):
        assert path in names
    assert not [name for name in names if name.startswith((".venv/", "build/", "cdk.out/"))]


@pytest.mark.parametrize("kind", ["py3-none-any.whl", "tar.gz"])
def test_without_its_extra_it_runs_and_the_demo_says_what_to_install(
    built: Path, some_orders: Path, tmp_path: Path, kind: str
):
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "venv"], check=True)
    install = [UV, "pip", "install", "--quiet", "--python", tmp_path / "venv" / "bin" / "python"]
    (package,) = built.glob(f"patronage-{__version__}*{kind}")
    subprocess.run([*install, package], cwd=tmp_path, check=True)

    assert "Champions" in run(tmp_path, "run", "--orders", some_orders, *SHOP)
    done = try_to_run(tmp_path, "demo", "--once")
    assert done.returncode == 1
    assert "the package aws-cdk-lib is not installed" in done.stderr
    assert "pip install 'patronage[demo]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_runs_without_any_cloud(bare: Path, some_orders: Path):
    assert run(bare, "--version") == f"{__version__}\n"
    shown = run(bare, "run", "--orders", some_orders, *SHOP, "--out", "answers")
    assert "Champions" in shown
    assert (bare / "answers" / "recommendations.csv").stat().st_size > 0


def test_it_runs_the_demo(bare: Path, some_orders: Path):
    asked = ("--once", "--port", free_port(), "--orders", some_orders, *SHOP, "--simulate")
    shown = run(bare, "demo", *asked)
    for said in (
        "Champions",
        "also bought this",
        "sign in as viewer",
        "  patronage status --stack Patronage",
    ):
        assert said in shown
    assert (bare / "home" / ".cache" / "patronage").is_dir()
