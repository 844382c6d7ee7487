/** What the page of experiments computes from lists and reports of experiments. */
import type { Interval } from "../../chart/options.ts";
import type { Experiment, Experiments, Head } from "../../types.ts";

export const HOLDOUT = "holdout";

export type Code = "stopped" | "not_enough_data" | "winner" | "loser" | "no_difference_seen";

export interface Limits {
  low: number | null;
  high: number | null;
  relative_low: number | null;
  relative_high: number | null;
  p: number | null;
  corrected_p: number | null;
}

export interface Lift {
  arm: string;
  against: string;
  absolute: number | null;
  relative: number | null;
  fixed: Limits;
  sequential: Limits;
  significant: boolean;
  detectable_relative: number | null;
}

export interface Metric {
  metric: string;
  label: string;
  unit: "share" | "minor";
  status: "compared" | "not_enough_data" | "not_applicable";
  missing: { sentence: string }[];
  arms: { arm: string; value: number | null; low: number | null; high: number | null; observed: number | null; events: number }[];
  lifts: Lift[];
}

export interface Incremental {
  of: string;
  arm: string;
  against: string;
  units: number;
  value_minor: number;
  observed_minor: number;
  sequential: { low_minor: number; high_minor: number };
}

export interface Results extends Head {
  experiment_id: string;
  name: string;
  control: string;
  primary_metric: string;
  units: number;
  crossovers: number;
  unexpected: number;
  days: { first: string | null; last: string | null; count: number };
  arms: { arm: string; kind: string; units: number; expected_share: number; observed_share: number; buyers: number; impressions: number; clicks: number; carts: number; orders: number; revenue_minor: number }[];
  sample_ratio: { p: number; fails: boolean };
  notes: string[];
  stopped: string | null;
  metrics: Metric[];
  incremental_revenue: Incremental[];
  verdict: { code: Code; arm: string | null; sentence: string };
}

export const TESTS = ["sequential", "fixed"] as const;
export type Test = (typeof TESTS)[number];

/** Return the experiment whose results are shown where none is asked for: what runs, else what began last, else the holdout. */
export function newestOf({ experiments, holdout }: Experiments): string | null {
  const began = experiments.filter((each) => each.started_at !== undefined && each.state !== "archived").toSorted((a, b) => String(b.started_at).localeCompare(String(a.started_at)));
  const found: Experiment | undefined = began.find((each) => each.state === "running") ?? began[0];
  return found?.experiment_id ?? (holdout && holdout.share > 0 ? HOLDOUT : null);
}

/** Return the relative lifts with their intervals, the metric that decides first; a lift without limits has no line. */
export function liftIntervals(found: Results, test: Test, name: (metric: Metric, lift: Lift) => string): Interval[] {
  return primaryFirst(found).flatMap((metric) =>
    metric.lifts.flatMap((lift) => {
      const { relative_low: low, relative_high: high } = lift[test];
      return lift.relative === null || low === null || high === null ? [] : [{ name: name(metric, lift), value: lift.relative, low, high }];
    }),
  );
}

/** Return the metrics, the one that decides first. */
export function primaryFirst(found: Results): Metric[] {
  return found.metrics.toSorted((a, b) => Number(b.metric === found.primary_metric) - Number(a.metric === found.primary_metric));
}

/** Say what the metrics lack, each sentence once. */
export function missingOf(found: Results): string[] {
  return [...new Set(found.metrics.flatMap((metric) => metric.missing.map((each) => each.sentence)))];
}

/** Write a p value: three digits after the point, or that it is less. */
export function writeP(p: number | null): string {
  if (p === null) return "–";
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}
