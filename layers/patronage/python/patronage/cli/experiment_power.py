"""`patronage experiments power`: how many visitors and days an experiment needs, or what it can find."""

from __future__ import annotations

from math import ceil
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from patronage.cli.lines import console
from patronage.errors import BadInput
from patronage.logic.experiments.analysis_options import AnalysisOptions
from patronage.logic.experiments.statistics.power import (
    Design,
    Mean,
    Proportion,
    detectable_lift,
    run_days,
    units_needed,
)

_USUAL = AnalysisOptions()


def power(
    conversion: Annotated[
        float | None, typer.Option(help="Share of the control's visitors who buy (or click), such as 0.04.")
    ] = None,
    mean: Annotated[
        float | None, typer.Option(help="Revenue per visitor of the control, in any unit; needs --deviation.")
    ] = None,
    deviation: Annotated[
        float | None, typer.Option(help="Standard deviation of the revenue over all visitors.")
    ] = None,
    lift: Annotated[
        float | None, typer.Option(help="The smallest lift that would matter: 0.1 is 10 %.")
    ] = None,
    visitors: Annotated[
        int | None, typer.Option(min=2, help="Visitors of the control, to ask which lift they find.")
    ] = None,
    daily_visitors: Annotated[float | None, typer.Option(help="New visitors of the shop a day.")] = None,
    arms: Annotated[int, typer.Option(min=2, max=10, help="Arms, the control among them.")] = 2,
    control_share: Annotated[
        float | None, typer.Option(help="The control's share of those who take part; else one arm's.")
    ] = None,
    coverage: Annotated[float, typer.Option(help="Share of all visitors who take part.")] = 1.0,
    chance: Annotated[float, typer.Option("--power", help="Chance of finding the lift.")] = _USUAL.power,
    confidence: Annotated[float, typer.Option(help="Confidence of the intervals.")] = _USUAL.confidence,
) -> None:
    """Say how many visitors and days an experiment needs; or, with --visitors, what it can find.

    "Any look" is what the reports decide by, valid whenever one looks; "One look" is a single look at the
    end. A lift is often found long before the visitors of "Any look" have come.

    Example: `patronage experiments power --conversion 0.04 --lift 0.1 --daily-visitors 3000`
    """
    if (lift is None) == (visitors is None):
        raise BadInput("give either --lift, to learn how many visitors, or --visitors, to learn which lift")
    share = 1 / arms if control_share is None else control_share
    if not 0 < share < 1:
        raise BadInput(f"--control-share {share} must lie between 0 and 1")
    outcome = _outcome(conversion, mean, deviation)
    columns = []
    for tuning in (_USUAL.sequential_tuning, None):
        design = Design(
            confidence=confidence,
            power=chance,
            ratio=(1 - share) / (arms - 1) / share,
            comparisons=arms - 1,
            sequential_tuning=tuning,
        )
        if lift is None:
            columns.append({"Lift that is found": f"{detectable_lift(outcome, visitors or 0, design):.1%}"})
        else:
            units = units_needed(outcome, lift, design)
            columns.append(_needs(units, design.ratio, share, daily_visitors, coverage))
    _print(*columns)


def _outcome(conversion: float | None, mean: float | None, deviation: float | None) -> Proportion | Mean:
    if conversion is not None and mean is None and deviation is None:
        return Proportion(conversion)
    if conversion is None and mean is not None and deviation is not None:
        return Mean(mean, deviation)
    raise BadInput("give either --conversion, or --mean and --deviation")


def _needs(
    units: int, ratio: float, share: float, daily_visitors: float | None, coverage: float
) -> dict[str, str]:
    found = {
        "Visitors of the control": f"{units:,}",
        "Visitors of each treatment": f"{ceil(units * ratio):,}",
        "Visitors of all arms": f"{ceil(units / share):,}",
    }
    if daily_visitors is not None:
        days = run_days(units, daily_visitors, control_share=share, coverage=coverage)
        found["Days"] = f"{days:,}"
    return found


def _print(any_look: dict[str, str], one_look: dict[str, str]) -> None:
    table = Table(box=box.SIMPLE)
    for header in ("", "Any look", "One look"):
        table.add_column(header, justify="right" if header else "left")
    for name, value in any_look.items():
        table.add_row(name, value, one_look[name])
    console.print(table)
