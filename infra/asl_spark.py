"""States of a run that Spark carries: its job, and the way back to the states that publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.asl import RUN_TIMEOUT_SECONDS, State, States, paths, step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.names import FunctionSpec

START = "RunOnSpark"
JOB_MINUTES = 300
"""After so long a job is cancelled; one that is tried again goes on where it was."""
RETRY = [{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 60, "BackoffRate": 2, "MaxAttempts": 1}]


def emr_job(machine: str) -> States:
    """Start a machine's job on EMR Serverless and wait until it ends; a failure says where its log is."""
    log = {
        "Enabled": True,
        "LogGroupName": "${SparkLogs}",
        "LogStreamNamePrefix.$": "$$.Execution.Name",
    }
    submitted = {
        "EntryPoint": "${SparkEntryPoint}",
        "EntryPointArguments.$": f"States.Array('{machine}', $$.Execution.Name, '--lake', 's3://${{LakeBucket}}')",
        "SparkSubmitParameters": "${SparkParameters}",
    }
    caught = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "JobFailed"}]
    where = (
        "States.Format('the Spark job of run {} failed; its log is in the log group ${SparkLogs}, "
        "in the streams that begin with the name of the run', $$.Execution.Name)"
    )
    return {
        START: {
            "Type": "Task",
            "Resource": "arn:aws:states:::emr-serverless:startJobRun.sync",
            "Parameters": {
                "Name.$": "$$.Execution.Name",
                "ApplicationId": "${SparkApplication}",
                "ExecutionRoleArn": "${SparkRole}",
                "JobDriver": {"SparkSubmit": submitted},
                "ConfigurationOverrides": {
                    "MonitoringConfiguration": {"CloudWatchLoggingConfiguration": log}
                },
                "ExecutionTimeoutMinutes": JOB_MINUTES,
            },
            "TimeoutSeconds": RUN_TIMEOUT_SECONDS,
            "Retry": RETRY,
            "Catch": caught,
            "ResultPath": None,
            "Next": "JobAnswers",
        },
        "JobFailed": {"Type": "Fail", "Error": "RunFailed", "CausePath": where},
    }


def local_job(function: FunctionSpec, machine: str) -> States:
    """Have a function of a cloud on this machine do the job, in Spark's local mode."""
    return {START: step(function, "job", machine=machine, then="JobAnswers") | {"Retry": RETRY}}


def carried(
    job: Mapping[str, State],
    reader: FunctionSpec,
    *,
    then: str,
    answers: Sequence[str] = ("gate", "plan"),
    besides: Mapping[str, State] = {},
) -> States:
    """Run a job, and go on with what its states answered as if each had been a state of the machine.

    Parameters
    ----------
    job : dict
        The states of the job, `START` first, which leads to ``JobAnswers``; without any there is nothing
        to carry, and no state.
    reader : FunctionSpec
        The function that reads the answers; its ``job`` step gives ``done`` and the `answers`.
    then : str
        The next state, which finds ``$.pin`` and the `answers`.
    answers : sequence of str
        What the machine goes on with, each at a path of its name: ``gate`` at ``$.gate``.
    besides : dict
        States that only a run with a job comes to.
    """
    if not job:
        return {}
    taken = {"pin": "$.pin", **{answer: f"$.job.{answer}" for answer in answers}}
    is_done = {"Variable": "$.job.done", "BooleanEquals": True, "Next": "TakeUp"}
    return {
        **job,
        "JobAnswers": step(reader, "job", keep=("done", *answers), then="AnyAnswer"),
        "AnyAnswer": {"Type": "Choice", "Choices": [is_done], "Default": "NothingToDo"},
        "TakeUp": {"Type": "Pass", "Parameters": paths(taken), "Next": then},
        **besides,
    }
