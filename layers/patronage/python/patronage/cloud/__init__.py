"""The local cloud: the synthesised template in MiniStack on this machine.

::

    with MiniStack(port=0) as ministack:
        stack = deploy(Cloud(ministack.endpoint), synthesise(repository(), Shop()).folder)
        report = wait_for_report(stack, upload_file(stack, Path("orders.csv")))
"""

from patronage.cloud._access import Answer, Api, User, api_key, make_user, open_api, sign_in
from patronage.cloud._deploy import deploy
from patronage.cloud._ministack import MiniStack, check_port
from patronage.cloud._repository import is_checkout, repository
from patronage.cloud._runs import (
    MACHINES,
    Uploaded,
    function_errors,
    running,
    start_run,
    upload_file,
    wait_for_report,
    wait_for_runs,
)
from patronage.cloud._session import Cloud, Stack, explained, open_stack
from patronage.cloud._simulated import keep_experiment, upload_simulated
from patronage.cloud._site import SITE, publish_site, site_config
from patronage.cloud._smoke import Tried, function_names, smoke
from patronage.cloud._synth import HOW_TO_INSTALL, Assembly, sources_digest, synthesise
from patronage.cloud._zips import zip_asset
from patronage.stores.executions import history

__all__ = [
    "HOW_TO_INSTALL",
    "MACHINES",
    "SITE",
    "Answer",
    "Api",
    "Assembly",
    "Cloud",
    "MiniStack",
    "Stack",
    "Tried",
    "Uploaded",
    "User",
    "api_key",
    "check_port",
    "deploy",
    "explained",
    "function_errors",
    "function_names",
    "history",
    "is_checkout",
    "keep_experiment",
    "make_user",
    "open_api",
    "open_stack",
    "publish_site",
    "repository",
    "running",
    "sign_in",
    "site_config",
    "smoke",
    "sources_digest",
    "start_run",
    "synthesise",
    "upload_file",
    "upload_simulated",
    "wait_for_report",
    "wait_for_runs",
    "zip_asset",
]
