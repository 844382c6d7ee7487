/** What the page of cohorts computes of their cells. */
import type { CohortCell, Cohorts } from "../types.ts";
import { lastDayIn } from "./sales.ts";

export interface Cohort {
  cohort: string;
  begins: string;
  customers: number;
  periods: CohortCell[];
}

export type Measure = "retention" | "cumulative_ltv_minor";

/** Return the cohorts with their cells, the oldest first; none where the answer has only values. */
export function cohortsOf(found: Cohorts): Cohort[] {
  return (found.cohorts ?? []).map((each) => ({
    cohort: each.cohort,
    begins: typeof each["begins"] === "string" ? each["begins"] : "",
    customers: each.customers,
    periods: each.periods ?? [],
  }));
}

/** Keep the cohorts whose period shares a day with the chosen ones. */
export function within(cohorts: readonly Cohort[], grain: "week" | "month" | "quarter", { start, end }: { start?: string | undefined; end?: string | undefined }): Cohort[] {
  return cohorts.filter(({ begins }) => begins === "" || ((end === undefined || begins <= end) && (start === undefined || lastDayIn(begins, grain) >= start)));
}

/** Return the offsets that any cohort has begun, from `first` on. */
export function offsetsOf(cohorts: readonly Cohort[], first = 0): number[] {
  const last = Math.max(-1, ...cohorts.flatMap((each) => each.periods.filter((cell) => cell.retention !== null).map((cell) => cell.offset)));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}

/** Return the cell of a cohort at an offset; a period that has not begun has none. */
export function cellAt(cohort: Cohort, offset: number): CohortCell | null {
  const cell = cohort.periods.find((each) => each.offset === offset);
  return cell && cell.retention !== null ? cell : null;
}

/** Return the offset of the period that still runs; null where all that have begun are over. */
export function runningAt(cohort: Cohort): number | null {
  return cohort.periods.find((cell) => cell.is_running && cell.retention !== null)?.offset ?? null;
}

/** Return the figures of a cohort by offset, of whole periods alone: what runs or has not begun is null. */
export function curveOf(cohort: Cohort, offsets: readonly number[], measure: Measure): (number | null)[] {
  return offsets.map((offset) => {
    const cell = cellAt(cohort, offset);
    return cell && !cell.is_running ? cell[measure] : null;
  });
}

/** Return the average over all cohorts by offset; its cells hold whole periods alone. */
export function averageOf(found: Cohorts, offsets: readonly number[], measure: Measure): (number | null)[] {
  const byOffset = new Map((found.average ?? []).map((each) => [each.offset, each]));
  return offsets.map((offset) => {
    const value = byOffset.get(offset)?.[measure];
    return typeof value === "number" ? value : null;
  });
}

/** Pick cohorts that have at least two whole periods, spread evenly over time, the oldest and the newest among them. */
export function spread(cohorts: readonly Cohort[], most: number): Cohort[] {
  const usable = cohorts.filter((each) => each.periods.filter((cell) => cell.retention !== null && !cell.is_running).length >= 2);
  if (usable.length <= most) return usable;
  return Array.from({ length: most }, (_, at) => usable[Math.round((at * (usable.length - 1)) / (most - 1))]).filter((each) => each !== undefined);
}
