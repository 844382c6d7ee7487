/** Of what time the figures of a page are, in words. */
import { type Days, isDated } from "../filters.ts";
import { day, lastDayOf } from "../format.ts";
import { texts } from "../texts/index.ts";
import type { Head } from "../types.ts";

/** A first and a last day. */
export interface WholeSpan {
  start: string;
  end: string;
}

export type Known = Pick<Head, "currency" | "as_of">;

/** With the chosen days. */
export interface FactParts extends Days {
  /** The days that the figures are of, where they are others than the chosen ones. */
  span?: WholeSpan | null | undefined;
  /** What the data reach up to. */
  asOf: string;
  /** In the words of the page: of what the figures are while no days are chosen, or which time each has. */
  says?: string | undefined;
}

export interface Fact {
  label: string;
  value?: string;
}

/** Say of what the figures are, and how far the data reach where that is another thing. */
export function factsOf(hasDates: boolean, { start, end, span, asOf, says }: FactParts): Fact[] {
  const lastDay = day(lastDayOf(asOf));
  const until = { label: texts.filters.dataUntil, value: lastDay };
  if (!hasDates) return says === undefined ? [{ label: texts.filters.asOf, value: lastDay }] : [{ label: says }, until];
  return [isDated({ start, end }) ? chosen(span?.start ?? start, span?.end ?? end) : { label: says ?? texts.filters.wholeTime }, until];
}

function chosen(start: string | undefined, end: string | undefined): Fact {
  if (!start) return { label: texts.filters.upTo, value: day(end) };
  return end ? { label: texts.filters.days, value: texts.filters.between(day(start), day(end)) } : { label: texts.filters.since, value: day(start) };
}
