/** Where a drill-down of sales leads to. */
import { addDays, type Grain } from "../filters.ts";

const FINER: Record<Grain, Grain | null> = { year: "month", quarter: "month", month: "day", week: "day", day: null };

/** Return the length of period that one of this length is looked into by; null for a day. */
export function finer(grain: Grain): Grain | null {
  return FINER[grain];
}

const MONTHS: Partial<Record<Grain, number>> = { month: 1, quarter: 3, year: 12 };

/** Return the last day of the period that begins on a day. */
export function lastDayIn(begins: string, grain: Grain): string {
  if (grain === "day") return begins;
  if (grain === "week") return addDays(begins, 6);
  const next = new Date(`${begins}T00:00:00Z`);
  next.setUTCMonth(next.getUTCMonth() + (MONTHS[grain] ?? 1), 1);
  return addDays(next.toISOString().slice(0, 10), -1);
}

export interface Span {
  start?: string | undefined;
  end?: string | undefined;
}

/** Widen days to the months that they lie in, as figures by country are kept; an open end stays open. */
export function wholeMonths({ start, end }: Span): Span {
  return {
    start: start && `${start.slice(0, 7)}-01`,
    end: end && lastDayIn(`${end.slice(0, 7)}-01`, "month"),
  };
}

/** Part figures into those of whole periods and those of one that is still running; the other is null in each. */
export function partRunning<R extends { is_running?: boolean }>(rows: readonly R[], valueOf: (row: R) => number | null): { whole: (number | null)[]; running: (number | null)[]; hasRunning: boolean } {
  return {
    whole: rows.map((row) => (row.is_running ? null : valueOf(row))),
    running: rows.map((row) => (row.is_running ? valueOf(row) : null)),
    hasRunning: rows.some((row) => row.is_running),
  };
}
