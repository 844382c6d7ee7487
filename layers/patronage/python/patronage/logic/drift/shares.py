"""Judge the mix of segments, who moved between them, and the catalogue: shares of two sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from patronage.logic.drift.chi_squared import chi_squared
from patronage.logic.drift.judge import Judgement, graded, too_few
from patronage.logic.drift.psi import bin_categories, population_stability
from patronage.logic.said import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from patronage.logic.drift.options import DriftOptions


def judge_mix(
    reference: Mapping[str, int], current: Mapping[str, int], options: DriftOptions, *, of: str
) -> Judgement:
    """Judge how far the shares of segments have moved, by the population stability index.

    Parameters
    ----------
    reference, current : mapping
        By segment id how many customers.
    options : DriftOptions
        The thresholds.
    of : str
        What parts the customers, for the sentence.
    """
    rows, new_rows = sum(reference.values()), sum(current.values())
    if min(rows, new_rows) < options.min_rows:
        why = said("few_in_segments", before=rows, now=new_rows, least=options.min_rows)
        return too_few("segment_mix", why, of=of)
    binned = bin_categories(reference, current)
    return graded(
        "segment_mix",
        population_stability(binned.reference, binned.current),
        warn=options.psi_warn,
        alarm=options.psi_alarm,
        of=of,
        p=chi_squared(binned.reference, binned.current).p,
        significance=options.significance,
    )


def judge_migration(totals: Mapping[str, int], options: DriftOptions) -> Judgement:
    """Judge the share of the customers of two runs that changed their segment.

    Parameters
    ----------
    totals : mapping
        As `logic.segments.migration.totals_of` gives them.
    options : DriftOptions
        The thresholds.
    """
    stayed, moved = totals["stayed_customers"], totals["moved_customers"]
    if stayed + moved < options.min_rows:
        few = said("few_in_both_runs", customers=stayed + moved, least=options.min_rows)
        return too_few("migration", few)
    return graded(
        "migration",
        moved / (stayed + moved),
        warn=options.moved_share_warn,
        alarm=options.moved_share_alarm,
    )


def judge_catalogue(found: Mapping[str, Any], options: DriftOptions) -> list[Judgement]:
    """Judge the products that are new and gone, and the sales of products that the live model does not know.

    Parameters
    ----------
    found : mapping
        ``known`` and ``now``: products of each side; ``new`` and ``gone`` (None: the shop does not say);
        ``line_count``, ``net_minor`` and ``unknown_minor`` of the sales.
    options : DriftOptions
        The thresholds.
    """
    judged = [_unknown_sales(found, options)]
    for name, count, of in (("new_products", found["new"], "now"), ("gone_products", found["gone"], "known")):
        if count is None:
            judged.append(too_few(name, said("no_catalogue")))
        else:
            share = count / max(found[of], 1)
            judged.append(graded(name, share, warn=options.catalogue_change, alarm=None))
    return judged


def judge_lists(
    reference: Mapping[str, Any], current: Mapping[str, Any], options: DriftOptions
) -> list[Judgement]:
    """Judge whether the lists of a run are less diverse than those of the run before.

    Parameters
    ----------
    reference, current : mapping
        ``coverage``, ``gini`` and ``novelty``, each from 0 to 1 or None, and ``measured``: the customers
        whose lists were read.
    options : DriftOptions
        The thresholds.
    """
    customers = min(side["measured"] for side in (reference, current))
    if customers < options.min_rows:
        return [too_few("diversity", said("few_lists", customers=customers, least=options.min_rows))]
    judged = []
    for name, sign in (("coverage", -1), ("gini", 1), ("novelty", -1)):
        if reference[name] is None or current[name] is None:
            judged.append(too_few(name, said("empty_lists")))
            continue
        worse = sign * (current[name] - reference[name])
        judged.append(graded(name, worse, warn=options.diversity_warn, alarm=options.diversity_alarm))
    return judged


def shares_of(reference: Mapping[str, int], current: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return each name's share of both sides, that which changed most first."""
    names = sorted({*reference, *current})
    sides = [
        np.array([side.get(name, 0) for name in names], dtype=np.float64) for side in (reference, current)
    ]
    before, now = (side / max(side.sum(), 1) for side in sides)
    rows = [
        {"segment_id": name, "reference": round(float(old), 6), "current": round(float(new), 6)}
        for name, old, new in zip(names, before, now, strict=True)
    ]
    return sorted(rows, key=lambda row: (-abs(row["current"] - row["reference"]), row["segment_id"]))


def _unknown_sales(found: Mapping[str, Any], options: DriftOptions) -> Judgement:
    if found["line_count"] < options.min_rows:
        few = said("few_sales", sales=found["line_count"], least=options.min_rows)
        return too_few("unknown_sales", few)
    return graded(
        "unknown_sales",
        found["unknown_minor"] / found["net_minor"],
        warn=options.unknown_sales_warn,
        alarm=options.unknown_sales_alarm,
    )
