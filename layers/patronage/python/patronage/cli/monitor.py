"""`patronage monitor`: what monitoring finds in a local lake, and what it would do about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from patronage.cli.lakes import DEFAULT_LAKE, LakeOption, open_lake
from patronage.cli.lines import console, say
from patronage.cli.outputs import print_rows
from patronage.cli.progress import Stages
from patronage.errors import BadInput, PatronageError
from patronage.local.runs import live_runs
from patronage.logic.monitor.keys import decision_key
from patronage.logic.monitor.measures import MEASURES
from patronage.steps.generation import model_of
from patronage.steps.monitor.decide import decide
from patronage.steps.monitor.learning import LEARNT
from patronage.steps.monitor.pin import pin_monitoring
from patronage.steps.monitor.states import MEASURED
from patronage.stores.objects import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from patronage.local.lakes import OpenLake

_FAMILIES = ("segments", "recommendations", "monitoring")


def monitor(lake: LakeOption = DEFAULT_LAKE) -> None:
    """Measure drift, effectiveness and experiments of a local lake, and decide whether to retrain.

    Nothing is started: here `patronage segment` segments, and `patronage run` trains as well. In a stack the
    monitoring machine does all of it each day.

    Example: `patronage monitor --lake patronage-data`
    """
    opened = open_lake(lake, None)
    with Stages(console).stage("Monitor the lake") as stage:
        run_id = run_monitoring(opened, on_step=stage.update)
    decision = read_json(opened.lake.store, decision_key(run_id))
    for family, decided in decision["families"].items():
        rows = [
            (
                {True: "yes", False: "no", None: "?"}[each["holds"]],
                each["trigger"],
                each["action"],
                each["said"],
            )
            for each in decided["triggers"]
        ]
        print_rows(f"{family}: {decided['decision']}", ("Holds", "Rule", "Then", "Because"), rows)
        say(f"{family}: {decided['decision']}, for {decided['because']}")
    for name, cause in decision["failed"].items():
        say(f"{name} could not be measured: {cause}")
    say(f"in {lake}/runs/{run_id}/monitor/")


def run_monitoring(opened: OpenLake, *, on_step: Callable[[str], None] = lambda _: None) -> str:
    """Pin the lake, measure, decide; return the run's id. A measure that fails leaves the others be."""
    run_id = pinned_monitoring(opened)
    measured = [_measured(name, steps, run_id, opened, on_step) for name, steps in MEASURES.items()]
    on_step("decide")
    decide(run_id, opened.lake.store, measured=measured)
    return run_id


def pinned_monitoring(opened: OpenLake) -> str:
    """Pin a run of monitoring and return its id."""
    now, store = datetime.now(UTC), opened.lake.store
    run_id = f"{now:%Y%m%dT%H%M%S.%fZ}-monitoring"
    live = dict(live_runs(opened, _FAMILIES))
    champion = model_of(store, live["recommendations"]) if "recommendations" in live else {}
    answer = pin_monitoring(
        run_id,
        opened.lake,
        opened.shop,
        now=now,
        request={},
        champion=champion,
        live_runs=live,
        last_runs=live,
        in_functions=False,
    )
    if answer["engine"] != "duckdb":
        raise BadInput(answer["reason"])
    return run_id


def _measured(
    measure: str, steps: Sequence[str], run_id: str, opened: OpenLake, on_step: Callable[[str], None]
) -> dict[str, Any]:
    try:
        for step in steps:
            on_step(step.replace("_", " "))
            if step in LEARNT:
                LEARNT[step](run_id, opened.lake.store)
            else:
                MEASURED[step](run_id, opened.lake)
    except PatronageError as exc:
        return {"measure": measure, "failure": {"Error": type(exc).__name__, "Cause": str(exc)}}
    return {"measure": measure}
