/** What the page of a customer computes of the timeline. */
import { addDays } from "../filters.ts";
import type { TimelineEvent } from "../types.ts";

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
