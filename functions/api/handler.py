"""The rest of the API: what signed-in users ask, erasure, rules, experiments, and the documentation."""

from __future__ import annotations

import json
import os
from contextlib import closing
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

from patronage import documentation, gateway, runtime
from patronage.logic.api.route import ADMIN
from patronage.logic.serve.asked import context_of, filters_of
from patronage.logic.spans import Span
from patronage.steps import analytics
from patronage.steps.assign import assign_segment
from patronage.steps.features.served import customer_features
from patronage.stores.figures_reader import FiguresReader
from patronage.stores.serving import ServingTable
from patronage.stores.serving_reader import ServingReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.logic.api.requests import Request
    from patronage.stores.objects import S3Store


def _assign(request: Request) -> dict[str, Any]:
    return assign_segment(
        _figures(),
        request["customer_id"],
        request.body,
        now=gateway.now(),
        persist=request["persist"],
        may_persist=ADMIN in request.caller.groups,
        by=request.caller.name,
    )


def _preview(request: Request) -> dict[str, Any]:
    shop = runtime.shop()
    return analytics.preview(
        _serving(),
        request["customer_id"],
        request["k"],
        context=context_of(request.values, shop.timezone),
        filters=filters_of(request.values, shop.minor_digits),
        recommend_bought=shop.recommend_bought,
        now=gateway.now(),
    )


def _over_lake(work: Callable[[Request, S3Store], Any]) -> Callable[[Request], Any]:
    """Give an operation the lake's objects, and let go of them."""

    @wraps(work)
    def over(request: Request) -> Any:
        with closing(runtime.lake()) as store:
            return work(request, store)

    return over


def _rules(_: Request) -> dict[str, Any]:
    from patronage.steps import rules

    return rules.show(_table())


@_over_lake
def _replace_rules(request: Request, store: S3Store) -> dict[str, Any]:
    from patronage.steps import rules

    return rules.replace(request.body, table=_table(), store=store, now=gateway.now(), by=request.caller.name)


def _experiments(_: Request) -> dict[str, Any]:
    from patronage.steps import experiments

    return experiments.show(_table())


def _write_experiment(write: str) -> Callable[[Request], Any]:
    """Return what creates an experiment, or sets the permanent holdout."""

    @_over_lake
    def written(request: Request, store: S3Store) -> dict[str, Any]:
        from patronage.steps import experiments

        by, now = request.caller.name, gateway.now()
        answer: dict[str, Any] = getattr(experiments, write)(
            request.body, store=store, table=_table(), now=now, by=by
        )
        return answer

    return written


def _move_experiment(move: str) -> Callable[[Request], Any]:
    """Return what starts, stops or archives an experiment."""

    @_over_lake
    def moved(request: Request, store: S3Store) -> dict[str, Any]:
        from patronage.steps import experiments

        work = getattr(experiments, move)
        experiment: dict[str, Any] = work(
            request["experiment_id"], store=store, table=_table(), now=gateway.now()
        )
        return experiment

    return moved


@_over_lake
def _models(request: Request, store: S3Store) -> dict[str, Any]:
    from patronage.steps import models

    return models.versions(
        store,
        _table().pointer(),
        model=request["model"] or "",
        only_released=request["released"],
        limit=request["limit"],
    )


def _roll_back(request: Request) -> dict[str, Any]:
    from patronage.steps import models
    from patronage.stores.functions import hand_over

    def settle(family: str, run_id: str) -> None:
        function = os.environ["PATRONAGE_PUBLISH_FUNCTION"]
        hand_over(runtime.client("lambda"), function, models.settling(run_id, family))

    answer = models.roll_back(
        request["family"],
        request["run_id"] or "",
        table=_table(),
        now=gateway.now(),
        keep_days=runtime.shop().keep_generation_days,
        settle=settle,
    )
    runtime.logger.info("rolled back", extra={**answer, "by": request.caller.name})
    return answer


@_over_lake
def _erase(request: Request, store: S3Store) -> dict[str, Any]:
    from patronage.steps.erase import requests

    secret = runtime.erasure_secret()
    return requests.ask(
        store, _table(), request["customer_id"], secret=secret, now=gateway.now(), start=_start
    )


@_over_lake
def _export(request: Request, store: S3Store) -> dict[str, Any]:
    from patronage.steps.erase import requests

    secret = runtime.erasure_secret()
    return requests.ask_export(store, request["customer_id"], secret=secret, now=gateway.now(), start=_start)


@_over_lake
def _erasure_status(request: Request, store: S3Store) -> dict[str, Any]:
    from patronage.steps.erase import requests

    return requests.status(store, request["erasure_id"])


@_over_lake
def _export_status(request: Request, store: S3Store) -> dict[str, Any]:
    from patronage.steps.erase import requests

    return requests.export_status(store, request["export_id"])


@_over_lake
def _status(request: Request, store: S3Store) -> dict[str, Any]:
    from patronage.steps import status
    from patronage.stores.operations import Operations

    seen = Operations(runtime.client)
    machines = json.loads(os.environ["PATRONAGE_MACHINES"])
    return status.status(
        store=store,
        executions={name: seen.executions(arn, most=status.RUNS_SHOWN) for name, arn in machines.items()},
        pointer=_table().pointer(),
        now=gateway.now(),
        alarms=seen.alarms(os.environ["PATRONAGE_ALARMS"].split(",")),
        dead_letters=seen.waiting(os.environ["PATRONAGE_DEAD_LETTERS"]),
        stack=os.environ["PATRONAGE_STACK"],
        span=Span(request["start"], request["end"]),
        timezone=runtime.shop().timezone,
    )


@_over_lake
def _upload_reports(request: Request, store: S3Store) -> dict[str, Any]:
    from patronage.steps import upload_reports

    asked = {name: request[name] for name in ("limit", "cursor", "start", "end")}
    return upload_reports.upload_reports(store, **asked, timezone=runtime.shop().timezone)


@_over_lake
def _cost(_: Request, store: S3Store) -> dict[str, Any]:
    from patronage.steps import cost

    return cost.measured_runs(store, now=gateway.now())


def _start(name: str, task: str) -> None:
    from patronage.stores import executions

    executions.start(runtime.client("stepfunctions"), os.environ["PATRONAGE_ERASURE_MACHINE"], name, task)


def _of_live(answer: Callable[..., Any], *names: str) -> Callable[[Request], Any]:
    """Answer from the live generation with the named parameters of the request."""
    return lambda request: answer(_figures(), **{name: request[name] for name in names}, now=gateway.now())


OPERATIONS: dict[str, Callable[[Request], Any]] = {
    "health": lambda _: {"status": "up"},
    "docs": documentation.page,
    "docs_asset": documentation.asset,
    "openapi": documentation.openapi,
    "segments": _of_live(analytics.segments, "method"),
    "members": _of_live(analytics.members, "segment_id", "method", "limit", "cursor", "min_net", "max_net"),
    "customer": _of_live(analytics.customer, "customer_id"),
    "customer_features": _of_live(customer_features, "customer_id", "names"),
    "performance": _of_live(analytics.performance, "method"),
    "recommendation_metrics": _of_live(analytics.recommendation_metrics),
    "drift": _of_live(analytics.drift),
    "recommendation_effectiveness": _of_live(analytics.recommendation_effectiveness, "by", "start", "end"),
    "segment_effects": _of_live(analytics.segment_effects),
    "experiment_results": _of_live(analytics.experiment_results, "experiment_id"),
    "overview": _of_live(analytics.overview, "start", "end", "grain"),
    "funnel": _of_live(analytics.funnel, "segment_id", "channel", "start", "end"),
    "paths": _of_live(analytics.paths, "of", "segment_id", "channel", "start", "end"),
    "purchases": _of_live(analytics.purchases),
    "segment_map": _of_live(analytics.segment_map),
    "segment_products": _of_live(analytics.segment_products, "segment_id", "method"),
    "clusters": _of_live(analytics.clusters),
    "migration": _of_live(analytics.migration),
    "journey": _of_live(analytics.journey, "customer_id", "limit", "cursor"),
    "recommendation_preview": _preview,
    "sales": _of_live(
        analytics.sales,
        *("by", "grain", "start", "end", "country", "channel", "category", "product_id", "fee"),
        *("limit", "cursor"),
    ),
    "cohorts": _of_live(analytics.cohorts, "grain", "measure", "by_country", "country"),
    "assign": _assign,
    "rules": _rules,
    "replace_rules": _replace_rules,
    "status": _status,
    "upload_reports": _upload_reports,
    "cost": _cost,
    "experiments": _experiments,
    "create_experiment": _write_experiment("create"),
    "hold_out": _write_experiment("hold_out"),
    "start_experiment": _move_experiment("start"),
    "stop_experiment": _move_experiment("stop"),
    "archive_experiment": _move_experiment("archive"),
    "models": _models,
    "roll_back": _roll_back,
    "erase": _erase,
    "erasure_status": _erasure_status,
    "export": _export,
    "export_status": _export_status,
}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of API Gateway."""
    return gateway.serve(event, OPERATIONS, function="api")


@cache
def _table() -> ServingTable:
    return ServingTable(runtime.serving_table_name(), client=runtime.impatient_dynamodb())


@cache
def _figures() -> FiguresReader:
    return FiguresReader(_table(), _serving())


@cache
def _serving() -> ServingReader:
    return ServingReader(_table())
