"""The Spark job in a cloud on this machine, which has no EMR Serverless: the same program, in local mode."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from patronage import runtime
from patronage.errors import RunFailed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from patronage.runtime import Step
    from patronage.stores.objects import S3Store


def _job(event: Mapping[str, Any], store: S3Store) -> dict[str, Any]:
    """Do a machine's job in a process of its own, as EMR Serverless does.

    Raises
    ------
    RunFailed
        The job ended with an error, whose last line is the message, or was killed.
    """
    asked = [event["machine"], event["run_id"], "--lake", store.uri("").rstrip("/"), "--local"]
    done = subprocess.run(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", "patronage.spark_job", *asked],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    for line in done.stdout.splitlines():
        runtime.logger.info("job", extra={"said": line})
    if done.returncode < 0:
        killed = signal.Signals(-done.returncode).name
        raise RunFailed(
            f"the job's process was killed by {killed}, as it is when the memory does not suffice"
        )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        raise RunFailed(lines[-1])
    return {"machine": event["machine"]}


STEPS: Mapping[str, Step] = {"job": _job}


@runtime.logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step of a run."""
    return runtime.run_step(event, STEPS)
