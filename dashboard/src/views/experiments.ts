/** What the page of experiments computes from lists and reports of experiments. */
import type { Interval } from "../chart/options.ts";
import { texts } from "../texts/index.ts";
import { major, number } from "../format.ts";
import type { Experiment, ExperimentResults, Experiments, Lift, Metric } from "../types.ts";

export const HOLDOUT = "holdout";

export const TESTS = ["sequential", "fixed"] as const;
export type Test = (typeof TESTS)[number];

/** Return the experiment whose results are shown where none is asked for: what runs, else what began last, else the holdout. */
export function newestOf({ experiments, holdout }: Experiments): string | null {
  const began = experiments.filter((each) => each.started_at !== undefined && each.state !== "archived").toSorted((a, b) => String(b.started_at).localeCompare(String(a.started_at)));
  const found: Experiment | undefined = began.find((each) => each.state === "running") ?? began[0];
  return found?.experiment_id ?? (holdout && holdout.share > 0 ? HOLDOUT : null);
}

/** Return the relative lifts with their intervals, the metric that decides first; a lift without limits has no line. */
export function liftIntervals(found: ExperimentResults, test: Test, name: (metric: Metric, lift: Lift) => string): Interval[] {
  return primaryFirst(found).flatMap((metric) =>
    metric.lifts.flatMap((lift) => {
      const { relative_low: low, relative_high: high } = lift[test];
      return lift.relative === null || low === null || high === null ? [] : [{ name: name(metric, lift), value: lift.relative, low, high }];
    }),
  );
}

/** Return the metrics, the one that decides first. */
export function primaryFirst(found: ExperimentResults): Metric[] {
  return found.metrics.toSorted((a, b) => Number(b.metric === found.primary_metric) - Number(a.metric === found.primary_metric));
}

/** Return a metric's value for a table that names its unit: shares per cent, amounts in major units. */
export function inUnit(value: number | null, unit: Metric["unit"], currency: string): number | null {
  if (value === null) return null;
  return Number((unit === "share" ? value * 100 : major(value, currency)).toPrecision(12));
}

/** Say what the metrics lack, each sentence once. */
export function missingOf(found: ExperimentResults): string[] {
  return [...new Set(found.metrics.flatMap((metric) => metric.missing.map((each) => each.sentence)))];
}

/** Write a p value: three digits after the point, or that it is less. */
export function writeP(p: number | null): string {
  if (p === null) return texts.none;
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** Write a p value within a sentence: two digits after the point, four of small ones. */
export function smallP(p: number | null): string {
  if (p === null) return texts.none;
  return p < 0.0001 ? `< ${number(0.0001, 4)}` : number(p, p < 0.01 ? 4 : 2);
}
