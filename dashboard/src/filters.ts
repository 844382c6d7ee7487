import { lastDayOf } from "./format.ts";
import { navigate, usePlace } from "./router.ts";

/** Lengths of a period, as the API names them. */
export const GRAINS = ["day", "week", "month", "quarter", "year"] as const;
export type Grain = (typeof GRAINS)[number];

/** Days of the shop, both included; an end that is undefined is open. */
export interface Days {
  start?: string | undefined;
  end?: string | undefined;
}

/** The filters that pages share; all of them live in the query, so that a view can be sent to somebody. */
export interface Filters extends Days {
  grain?: Grain;
}

/** Read the shared filters; what breaks a rule is as if it were not there. */
export function readFilters(query: URLSearchParams): Filters {
  const filters: Filters = {};
  const start = dayOr(query.get("start"));
  const end = dayOr(query.get("end"));
  const isRange = !start || !end || start <= end;
  if (start && isRange) filters.start = start;
  if (end && isRange) filters.end = end;
  const grain = oneOf(query.get("grain"), GRAINS);
  if (grain) filters.grain = grain;
  return filters;
}

/** Return the query with some parameters changed; undefined and "" take one away. The order stays. */
export function withParams(query: URLSearchParams, changes: Record<string, string | undefined>): URLSearchParams {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

/** Return a value if it is one of the known ones. */
export function oneOf<T extends string>(value: string | null, known: readonly T[]): T | undefined {
  return known.find((each) => each === value);
}

/** Return a text if it is a day of the calendar as `2011-12-09`. */
export function dayOr(value: string | null): string | undefined {
  if (!value || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === value ? value : undefined;
}

/** Return the day some days later, or earlier. */
export function addDays(day: string, days: number): string {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

/** Return the last day of the shop that is over at an instant: what figures by day end with. */
export function lastWholeDayOf(asOf: string): string {
  return addDays(today(Date.parse(asOf)), -1);
}

/** Return the shop's day that it is now. */
export function today(now = Date.now()): string {
  return lastDayOf(new Date(now + 1).toISOString());
}

/** The ranges that one click chooses; they end with the last whole day of the data, which may be long ago. */
export const PRESETS = { last30: 30, last90: 90, last365: 365 } as const;

export function presetRange(days: number, lastDay: string): { start: string; end: string } {
  return { start: addDays(lastDay, 1 - days), end: lastDay };
}

/** Change parameters of the query of this page. */
export function setParams(changes: Record<string, string | undefined>, { replace = true } = {}): void {
  const query = withParams(new URLSearchParams(location.search), changes).toString();
  navigate(location.pathname + (query ? `?${query}` : ""), { replace });
}

/** Return the shared filters of this page. */
export function useFilters(): Filters {
  return readFilters(usePlace().query);
}

/** Whether any day is chosen. */
export function isDated({ start, end }: Days): boolean {
  return Boolean(start || end);
}

/** Say whether a day lies in the chosen ones. */
export function isWithin(day: string, { start, end }: Days): boolean {
  return (!start || day >= start) && (!end || day <= end);
}

/** Return one parameter of the query and how to change it; `known` holds what it may be, the first by default. */
export function useChoice<T extends string>(name: string, known: readonly T[]): [T, (value: T) => void] {
  const first = known[0];
  if (first === undefined) throw new Error(`the filter ${name} has no choices; give at least one`);
  const value = oneOf(usePlace().query.get(name), known) ?? first;
  return [value, (next) => setParams({ [name]: next === first ? undefined : next })];
}

/** Return one free parameter of the query ("" where it is not there) and how to change it. */
export function useParam(name: string): [string, (value: string) => void] {
  return [usePlace().query.get(name) ?? "", (value) => setParams({ [name]: value || undefined })];
}
