/** Of what time the figures of a page are, in words. */
import { day, lastDayOf } from "../format.ts";
import { texts } from "../texts/index.ts";
import type { Head } from "../types.ts";

/** A first and a last day. */
export interface Span {
  start: string;
  end: string;
}

/** Of days that can be chosen, of the instant up to which a run knew the shop, or each of a time of its own. */
export type FiguresOf = "range" | "instant" | "own";

export type Known = Pick<Head, "currency" | "as_of">;

export interface FactParts {
  /** The days that the figures are of, where they are others than the chosen ones. */
  span?: Span | null | undefined;
  start?: string | undefined;
  end?: string | undefined;
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
export function factsOf(figures: FiguresOf, { start, end, span, asOf, says }: FactParts): Fact[] {
  const lastDay = day(lastDayOf(asOf));
  if (figures === "instant") return [{ label: texts.filters.asOf, value: lastDay }];
  const until = { label: texts.filters.dataUntil, value: lastDay };
  if (figures === "own") return [{ label: says ?? texts.filters.ownTime }, until];
  return [start || end ? chosen(span?.start ?? start, span?.end ?? end) : { label: says ?? texts.filters.wholeTime }, until];
}

function chosen(start: string | undefined, end: string | undefined): Fact {
  if (!start) return { label: texts.filters.upTo, value: day(end) };
  return end ? { label: texts.filters.days, value: texts.filters.between(day(start), day(end)) } : { label: texts.filters.since, value: day(start) };
}
