/** What the page of a customer computes of the timeline. */
import { addDays, type Days, isWithin } from "../filters.ts";
import { day as writeDay } from "../format.ts";
import { texts } from "../texts/index.ts";
import type { Timeline, TimelineEvent } from "../types.ts";

/** The entries of a cut timeline that lack none in between: all but the acquisition, which is kept however old it is. */
function newest({ events }: Pick<Timeline, "events">): TimelineEvent[] {
  return events.filter((event) => event.kind !== "acquired");
}

/** Return the first day of which a cut timeline has entries; of no day before is it known what was done. Undefined of a whole one. */
export function keptFrom(found: Pick<Timeline, "events" | "is_cut">): string | undefined {
  return found.is_cut ? newest(found).map(({ day }) => day).toSorted()[0] : undefined;
}

/** Say that entries of the chosen days are not kept; null where all of them are. */
export function cutNote(found: Pick<Timeline, "events" | "is_cut" | "total">, { start }: Days): string | null {
  const first = keptFrom(found);
  return first === undefined || (start && start > first) ? null : texts.customers.cut(newest(found).length, found.total, writeDay(first));
}

/** What a customer had brought by the end of a day. */
export interface Brought {
  day: string;
  net_minor: number;
}

/** Return how much the customer had brought by the end of each day on which that changed, the oldest first. */
export function cumulated(events: readonly TimelineEvent[], before = 0): Brought[] {
  const byDay = new Map<string, number>();
  for (const { day, net_minor } of events.toSorted((a, b) => a.position - b.position)) {
    if (net_minor !== null) byDay.set(day, (byDay.get(day) ?? 0) + net_minor);
  }
  let sum = before;
  return [...byDay].toSorted(([a], [b]) => a.localeCompare(b)).map(([day, net]) => {
    sum += net;
    return { day, net_minor: sum };
  });
}

export interface Cut extends Days {
  /** What was brought before the first point. */
  before: number;
  /** Of a cut timeline, the day before which nothing is known by day. */
  keptFrom?: string | undefined;
  /** The last day that the data know. */
  lastDay: string;
}

/** Cut a curve to the chosen days: it begins with what was brought before them, and goes on to their end; of a cut timeline never before what is kept. */
export function broughtWithin(points: readonly Brought[], { start, end, before, keptFrom: kept, lastDay }: Cut): Brought[] {
  if (!kept && (points.length === 0 || (!start && !end))) return [...points];
  const last = !end || end > lastDay ? lastDay : end;
  const first = kept && (!start || start < kept) ? kept : start;
  if (first && first > last) return [];
  const within = points.filter((point) => isWithin(point.day, { start: first, end: last }));
  const earlier = first ? (points.findLast((point) => point.day < first)?.net_minor ?? before) : before;
  const begins = first && within[0]?.day !== first ? [{ day: first, net_minor: earlier }] : [];
  const found = [...begins, ...within];
  const newest = found.at(-1);
  return newest && newest.day < last ? [...found, { day: last, net_minor: newest.net_minor }] : found;
}

/** Return every day from the first to the last that is named, so that a chart's steps lie as far apart as they were; null before the first point. */
export function byDays(points: readonly Brought[], others: readonly string[] = []): { day: string; net_minor: number | null }[] {
  const named = [...points.map((point) => point.day), ...others].toSorted();
  const [first, last] = [named[0], named.at(-1)];
  if (first === undefined || last === undefined) return [];
  const changed = new Map(points.map((point) => [point.day, point.net_minor]));
  const found: { day: string; net_minor: number | null }[] = [];
  let net: number | null = null;
  for (let day = first; day <= last; day = addDays(day, 1)) {
    net = changed.get(day) ?? net;
    found.push({ day, net_minor: net });
  }
  return found;
}

/** Return what a customer had brought before the events that are kept: the whole less what these sum to. */
export function broughtBefore(events: readonly TimelineEvent[], whole: number): number {
  return whole - events.reduce((sum, event) => sum + (event.net_minor ?? 0), 0);
}
