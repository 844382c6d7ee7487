/** Where a drill-down of sales leads to, and the way back. */
import { addDays, type Days, type Grain, isDated } from "../filters.ts";

/** What sales are laid out by beside periods; also the parameters of the page that hold a chosen value. */
export const KINDS = ["country", "category", "product", "channel", "fee"] as const;
export type Kind = (typeof KINDS)[number];

/** Where rows of the API hold the value, which is also the API's parameter that narrows periods to it. */
export const COLUMN = { country: "country", category: "category", product: "product_id", channel: "channel", fee: "fee" } as const;

/** Parameters of the page to change; undefined takes one away. */
export type Changes = Record<string, string | undefined>;

const FINER: Record<Grain, Grain | null> = { year: "month", quarter: "month", month: "day", week: "day", day: null };

/** Return the length of period that one of this length is looked into by; null for a day. */
export function finer(grain: Grain): Grain | null {
  return FINER[grain];
}

/** Return the length of period that figures of one value are shown by: they are kept by month. */
export function ofMonths(grain: Grain): Grain {
  return grain === "day" || grain === "week" ? "month" : grain;
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

/** Widen days to the months that they lie in, as figures by anything but periods are kept; an open end stays open. */
export function wholeMonths({ start, end }: Days): Days {
  return {
    start: start && `${start.slice(0, 7)}-01`,
    end: end && lastDayIn(`${end.slice(0, 7)}-01`, "month"),
  };
}

/** Return the length of the period that a span is, as of a whole month; null where it is none. */
export function periodOf({ start, end }: Days): Grain | null {
  if (!start || !end) return null;
  if (start === end) return "day";
  const [, month, first] = start.split("-").map(Number);
  if (first === 1 && month === 1 && end === lastDayIn(start, "year")) return "year";
  if (first === 1 && (Number(month) - 1) % 3 === 0 && end === lastDayIn(start, "quarter")) return "quarter";
  return first === 1 && end === lastDayIn(start, "month") ? "month" : null;
}

export interface Chosen {
  kind: Kind;
  value: string;
}

/** Return what the address narrows sales to, a category before its product. */
export function chosenIn(query: URLSearchParams): Chosen[] {
  return KINDS.flatMap((kind) => {
    const value = query.get(kind);
    return value ? [{ kind, value }] : [];
  });
}

/** Return what a panel of the whole shop must say that it is not narrowed to; null where nothing is chosen. */
export function notNarrowedTo(chosen: readonly Chosen[]): string | null {
  return chosen.map(({ value }) => value).join(", ") || null;
}

/** Return the changes that lead into a value. It takes the place of another one; only a product keeps its category. */
export function into(kind: Kind, value: string): Changes {
  const left = kind === "product" ? KINDS.filter((each) => each !== "category") : KINDS;
  return { ...without(left), [kind]: value };
}

export interface Crumb {
  of: "all" | "span" | Kind;
  /** Of a span. */
  span: Days;
  /** Of a kind. */
  value: string;
  to: Changes;
}

/** Return the way that led here, from all sales to what is shown. */
export function trailOf(span: Days, chosen: readonly Chosen[]): Crumb[] {
  const none = without(KINDS);
  const crumbs: Crumb[] = [{ of: "all", span: {}, value: "", to: { ...none, start: undefined, end: undefined, grain: undefined } }];
  for (const around of aroundOf(span)) crumbs.push({ of: "span", span: around, value: "", to: { ...none, ...around } });
  if (isDated(span)) crumbs.push({ of: "span", span, value: "", to: none });
  for (const [at, { kind, value }] of chosen.entries()) {
    const kept = chosen.slice(0, at + 1).map((each): [Kind, string] => [each.kind, each.value]);
    crumbs.push({ of: kind, span: {}, value, to: { ...none, ...Object.fromEntries(kept) } });
  }
  return crumbs;
}

/** Return the periods around one period, the longest first, each with the length that it is looked into by. */
function aroundOf(span: Days): { start: string; end: string; grain: Grain }[] {
  const length = periodOf(span);
  if (length === null || length === "year" || !span.start) return [];
  const year = `${span.start.slice(0, 4)}-01-01`;
  const around = [{ start: year, end: lastDayIn(year, "year"), grain: "month" as Grain }];
  if (length === "day") {
    const month = `${span.start.slice(0, 7)}-01`;
    around.push({ start: month, end: lastDayIn(month, "month"), grain: "day" });
  }
  return around;
}

function without(kinds: readonly Kind[]): Changes {
  return Object.fromEntries(kinds.map((kind) => [kind, undefined]));
}

/** Part figures into those of whole periods and those of one that is still running; the other is null in each. */
export function partRunning<R extends { is_running?: boolean }>(rows: readonly R[], valueOf: (row: R) => number | null): { whole: (number | null)[]; running: (number | null)[]; hasRunning: boolean } {
  return {
    whole: rows.map((row) => (row.is_running ? null : valueOf(row))),
    running: rows.map((row) => (row.is_running ? valueOf(row) : null)),
    hasRunning: rows.some((row) => row.is_running),
  };
}
