"""Pin what a run of monitoring looks at, and leave it at that where the new data are too few to act on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from patronage.errors import BadInput
from patronage.logic.engine_choice import DUCKDB, SPARK
from patronage.logic.monitor.keys import document_key
from patronage.logic.monitor.options import SETTINGS, MonitorOptions
from patronage.logic.monitor.retrain_options import FAMILIES
from patronage.logic.monitor.retraining import NEW_DATA, ON_DEMAND, SCHEDULE, wants_data
from patronage.logic.said import said
from patronage.steps.manifest import Manifest
from patronage.steps.monitor.facts import facts_of
from patronage.steps.pin import pin
from patronage.stores.objects import read_if_there, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from patronage.settings import Shop
    from patronage.stores.lake import Lake
    from patronage.stores.objects import ObjectStore

STARTED_BY = (SCHEDULE, NEW_DATA, ON_DEMAND)


def pin_monitoring(
    run_id: str,
    lake: Lake,
    shop: Shop,
    *,
    now: datetime,
    request: Mapping[str, Any],
    champion: dict[str, str] | None = None,
    live_runs: Mapping[str, str] | None = None,
    last_runs: Mapping[str, str] | None = None,
    rolled_back: Mapping[str, str] | None = None,
    has_spark: bool = False,
    in_functions: bool = True,
) -> dict[str, Any]:
    """Pin the lake, the settings, what is live, and what was begun last.

    Parameters
    ----------
    run_id, lake, shop, now, champion, live_runs, has_spark, in_functions
        As of `pin`.
    request : mapping
        The execution's input: ``trigger`` ("schedule", "new_data" or "on_demand"; the first by default), and
        ``retrain``, the families that somebody wants to be retrained.
    last_runs : mapping, optional
        By family the run that began last.
    rolled_back : mapping, optional
        By family the run that a rollback took off, of those whose live run one brought back.

    Returns
    -------
    dict
        As of `pin`; the engine is "none" also where new data are the trigger and too few for any rule.

    Raises
    ------
    BadInput
        The request or the settings break a rule.
    """
    wanted = _checked(request)
    options = read_monitor_options(lake.store)
    answer = pin(
        run_id,
        "monitoring",
        lake,
        shop,
        now=now,
        champion=champion,
        live_runs=live_runs,
        monitor=options.to_mapping(),
        has_spark=has_spark,
        in_functions=in_functions,
    )
    if answer["engine"] not in {DUCKDB, SPARK}:
        return answer
    began = {"last_runs": dict(last_runs or {}), "rolled_back": dict(rolled_back or {})}
    write_json(lake.store, document_key(run_id, "pinned"), {**wanted, **began})
    if wanted["trigger"] == NEW_DATA and not _is_enough(run_id, lake.store):
        return answer | {"engine": "none", **said("few_new_data").fields()}
    return answer


def read_monitor_options(store: ObjectStore) -> MonitorOptions:
    """Read how the shop wants its operations: `monitor.toml` of its settings.

    Raises
    ------
    BadInput
        It is faulty.
    """
    return MonitorOptions.from_toml(read_if_there(store, SETTINGS))


def _is_enough(run_id: str, store: ObjectStore) -> bool:
    options = MonitorOptions.from_mapping(Manifest.load(store, run_id).monitor)
    return any(wants_data(facts_of(run_id, family, store), options.retrain.of(family)) for family in FAMILIES)


def _checked(request: Mapping[str, Any]) -> dict[str, Any]:
    trigger, retrain = request.get("trigger", SCHEDULE), request.get("retrain", [])
    if trigger not in STARTED_BY:
        raise BadInput(f"trigger {trigger!r} is none of {', '.join(STARTED_BY)}")
    if not isinstance(retrain, list) or not set(map(str, retrain)) <= set(FAMILIES):
        raise BadInput(f"retrain {retrain!r} must be a list of {' and '.join(FAMILIES)}")
    return {"trigger": trigger, "retrain": sorted(set(retrain))}
