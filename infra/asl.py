"""States of the machines, as plain Amazon States Language: no CDK in here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.names import EVENT_SOURCE, PUBLISH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.names import FunctionSpec

State = dict[str, Any]
States = dict[str, State]

RETRY = [
    {  # a new account runs ten functions at once, and those of a run keep their places for minutes
        "ErrorEquals": ["Lambda.TooManyRequestsException"],
        "IntervalSeconds": 10,
        "BackoffRate": 1.5,
        "MaxDelaySeconds": 60,
        "MaxAttempts": 20,
        "JitterStrategy": "FULL",
    },
    {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 2, "BackoffRate": 2, "MaxAttempts": 3},
]
TASK_TIMEOUT_SECONDS = 930
RUN_TIMEOUT_SECONDS = 6 * 3600
SHARDS_AT_ONCE = 10
REASON = ("reason", "reason_code", "reason_values")
"""Why something came out as it did: the sentence, its code, and what it names."""
SUPERSEDED = "$.flip.superseded_run"


def machine(comment: str, *, start_at: str, states: States) -> State:
    """Write a machine that gives up after `RUN_TIMEOUT_SECONDS`."""
    return {"Comment": comment, "TimeoutSeconds": RUN_TIMEOUT_SECONDS, "StartAt": start_at, "States": states}


def follow(next_state: str) -> State:
    """Write where a state leads; an empty name ends the machine or branch."""
    return {"Next": next_state} if next_state else {"End": True}


def step(
    function: FunctionSpec, name: str, *, then: str = "", keep: tuple[str, ...] = (), **request: str
) -> State:
    """Call one step of a function.

    Parameters
    ----------
    function : FunctionSpec
        The function to call; its ARN is filled in when the template is deployed.
    name : str
        The step.
    then : str
        The next state.
    keep : tuple of str
        Fields of the answer that later states read below ``$.<name>``; the rest is dropped, so that
        the state of a run stays small.
    **request : str
        Further fields of the request; a value that begins with ``$`` is a path.
    """
    state: State = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {
            "FunctionName": f"${{{function.logical_id}}}",
            "Payload": paths({"step": name, "run_id": "$$.Execution.Name", **request}),
        },
        "TimeoutSeconds": TASK_TIMEOUT_SECONDS,
        "Retry": RETRY,
        "ResultPath": f"$.{name}" if keep else None,
    }
    if keep:
        state["ResultSelector"] = paths({field: f"$.Payload.{field}" for field in keep})
    return {**state, **follow(then)}


def paths(values: dict[str, str]) -> dict[str, str]:
    """Mark the values that are paths, as States Language wants it: ``{"run_id.$": "$.run_id"}``."""
    return {f"{name}.$" if value.startswith("$") else name: value for name, value in values.items()}


def pin(function: FunctionSpec, *, then: str = "ChooseEngine") -> State:
    """Pin what a run reads; the lock of its kind is taken in the name of the execution.

    The execution's input goes along as ``request``.
    """
    return step(
        function,
        "pin",
        execution="$$.Execution.Id",
        request="$$.Execution.Input",
        keep=("engine", *REASON),
        then=then,
    )


def choose_engine(*, then: str, spark: Mapping[str, State] = {}) -> States:
    """Go on where DuckDB in one Lambda carries the data, or with Spark's states; end where nothing does.

    A run also ends where another of its kind is going; its output says which, at ``pin.reason``.
    """
    fits = {"Variable": "$.pin.engine", "StringEquals": "duckdb", "Next": then}
    empty = {"Variable": "$.pin.engine", "StringEquals": "none", "Next": "NothingToDo"}
    busy = {"Variable": "$.pin.engine", "StringEquals": "busy", "Next": "AlreadyRunning"}
    large = (
        [{"Variable": "$.pin.engine", "StringEquals": "spark", "Next": next(iter(spark))}] if spark else []
    )
    return {
        "ChooseEngine": {"Type": "Choice", "Choices": [fits, *large, empty, busy], "Default": "TooLarge"},
        "NothingToDo": {"Type": "Succeed"},
        "AlreadyRunning": {"Type": "Succeed"},
        "TooLarge": {"Type": "Fail", "Error": "TooLarge", "CausePath": "$.pin.reason"},
        **spark,
    }


def gate_passed(*, then: str) -> State:
    """Go on where the gate lets the run be published; otherwise only say so."""
    passed = {"Variable": "$.gate.publish", "BooleanEquals": True, "Next": then}
    return {"Type": "Choice", "Choices": [passed], "Default": "Notify"}


def publishing(family: str, *, shards_key: str, then: str = "Notify", gate: str = "$.gate") -> States:
    """Write every shard, flip the pointer, retire what it superseded, and tell.

    The states begin with ``PublishShards``; `then` follows the last of them, and ``Notify`` tells what the
    `gate` said. Where writing or flipping fails, what was
    written is retired before the run fails, so that a half-written generation does not stay for ever. A shard
    that fails does not stop the others: each has ended before anything is retired, and the flip, which wants
    the receipt of every shard, fails for the one that is missing.
    """
    undo = {"Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "RetireOwnShards"}]}
    give_up = {"Type": "Fail", "ErrorPath": "$.failure.Error", "CausePath": "$.failure.Cause"}
    superseded = {"Variable": SUPERSEDED, "StringGreaterThan": "", "Next": "RetireShards"}
    return {
        "PublishShards": {
            **_each_shard("shard", family, run="$$.Execution.Name", key=shards_key, then="Flip"),
            "ToleratedFailurePercentage": 100,
            **undo,
        },
        "Flip": {
            **step(
                PUBLISH,
                "flip",
                family=family,
                keep=("flipped", "reason", "superseded_run", "superseded_shards_key"),
                then="SupersededRun",
            ),
            **undo,
        },
        "RetireOwnShards": {
            **_each_shard(
                "retire", family, run="$$.Execution.Name", key=shards_key, then="GiveUp", label="RetireOwn"
            ),
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "GiveUp"}],
        },
        "GiveUp": give_up,
        "SupersededRun": {"Type": "Choice", "Choices": [superseded], "Default": then},
        "RetireShards": _each_shard(
            "retire", family, run=SUPERSEDED, key="$.flip.superseded_shards_key", then=then
        ),
        "Notify": _notify(family, gate),
    }


def _each_shard(name: str, family: str, *, run: str, key: str, then: str, label: str = "") -> State:
    """Call a step of publish for each entry of the shard list at a key of the lake bucket."""
    label = label or f"{name.capitalize()}Each"
    task = step(PUBLISH, name, run_id="$.run_id", family=family, shard="$.shard")
    states = {label: {**task, "ResultSelector": {}, "ResultPath": "$"}}
    return each_shard(label, states, run=run, key=key, then=then)


def each_shard(label: str, states: States, *, run: str, key: str, then: str) -> State:
    """Take states, from the first one on, for each entry of the shard list at a key of the lake bucket.

    Their input is the ``run_id`` (in a child execution the context names the child) and the ``shard``.
    """
    item = {"run_id": run, "shard": "$$.Map.Item.Value.shard"}
    return {
        "Type": "Map",
        "Label": label,
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {"InputType": "JSON"},
            "Parameters": {"Bucket": "${LakeBucket}", "Key.$": key},
        },
        "ItemSelector": paths(item),
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": next(iter(states)),
            "States": states,
        },
        "MaxConcurrency": SHARDS_AT_ONCE,
        "ResultPath": None,
        **follow(then),
    }


def at_most(count: int, definition: State) -> State:
    """Let no Map among a machine's own states run more than so many children at once."""
    states = {
        name: state
        | ({"MaxConcurrency": min(count, state["MaxConcurrency"])} if "MaxConcurrency" in state else {})
        for name, state in definition["States"].items()
    }
    return definition | {"States": states}


def start_run(machine: str, *, name: str, then: str) -> State:
    """Start a run of another machine under a name; where it was started before, that is as good.

    Parameters
    ----------
    machine : str
        The placeholder of its ARN.
    name : str
        The path of the name.
    then : str
        The next state.
    """
    known = ["StepFunctions.ExecutionAlreadyExistsException", "ExecutionAlreadyExists"]
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution",
        "Parameters": {
            "StateMachineArn": f"${{{machine}}}",
            "Name.$": name,
            "Input": {"trigger": "monitoring", "started_by.$": "$$.Execution.Name"},
        },
        "Retry": RETRY,
        "Catch": [{"ErrorEquals": known, "ResultPath": None, "Next": then}],
        "ResultPath": None,
        **follow(then),
    }


def _notify(family: str, gate: str) -> State:
    detail = {
        "run_id": "$$.Execution.Name",
        "family": family,
        "publish": f"{gate}.publish",
        "reason": f"{gate}.reason",
    }
    entry = {"Source": EVENT_SOURCE, "DetailType": "Run finished", "Detail": paths(detail)}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::events:putEvents",
        "Parameters": {"Entries": [entry]},
        "Retry": RETRY,
        "ResultPath": None,
        "End": True,
    }
