/** Of whose journeys, by which channel and when the panels ask, and how the API is asked for it. */
import { api } from "../../api.ts";
import { type Days, isDated } from "../../filters.ts";
import { nameOfId } from "../../format.ts";
import type { Why } from "../../panel/state.ts";
import { texts } from "../../texts/index.ts";
import type { Funnels, JourneyChannel, JourneyFilters, Paths, RepeatPurchases } from "../../types.ts";
import { LEAST, type Option } from "../../views/journeys.ts";
import { wholeMonths } from "../../views/sales.ts";
import { monthsNote } from "../shared/months.ts";
import { notYet } from "../shared/notYet.ts";

const words = texts.journeys;
export const UNITS = ["sessions", "visitors"] as const;
export type Unit = (typeof UNITS)[number];

/** Whose journeys, by which channel; "" is all. The days are those of visits. */
export interface Asked extends Days {
  segment: string;
  channel: string;
}

export interface Slice extends Asked {
  /** What the segment and the channel are called, for titles. */
  labels: readonly string[];
}

export const loadFunnels = ({ segment, channel, ...span }: Asked): Promise<Funnels> =>
  notYet(api().get<Funnels>("/analytics/journeys/funnel", { segment_id: segment, channel, ...wholeMonths(span) }));
export const loadPaths = (of: string, { segment, channel, ...span }: Asked): Promise<Paths> =>
  notYet(api().get<Paths>("/analytics/journeys/paths", { of, segment_id: segment, channel, ...wholeMonths(span) }));
export const loadPurchases = (): Promise<RepeatPurchases> => notYet(api().get<RepeatPurchases>("/analytics/journeys/purchases"));

export const EVERYTHING: Asked = { segment: "", channel: "" };

export const isPart = (asked: Asked): boolean => asked.segment !== "" || asked.channel !== "" || isDated(asked);

/** Return what a panel's answer depends on. */
export const depsOf = ({ segment, channel, start, end }: Asked): readonly unknown[] => [segment, channel, start, end];

/** Return the part of a file's name that says what the figures are of. */
export const partsOf = ({ segment, channel, start, end }: Asked): string[] => [segment, channel, start?.slice(0, 7) ?? "", end?.slice(0, 7) ?? ""];

/** Say which months visits are of; null of the whole time, which the filters say. */
export const monthsOf = (span: Days): string | null => (isDated(span) ? monthsNote(span) : null);

/** Say that a part of the shop is too small for shares; null where it is not, and of the whole shop. */
export function tooFew(n: number, unit: string, asked: Asked): string | null {
  return n < LEAST && isPart(asked) ? words.tooFew(n, LEAST, unit) : null;
}

/** Say why there is no funnel, of visitors also because dates are chosen; null where there is one. */
export function noFunnel(found: Funnels, unit: Unit, span: Days): Why | null {
  if (found[unit] !== null) return null;
  if (found.sessions !== null && isDated(span)) return { headline: texts.panel.notOfPart, why: texts.said.sentences.no_visitors_of_dates() };
  return found.reason ?? words.noFunnel;
}

export const stepName = (step: string): string => words.steps[step] ?? nameOfId(step);

export type Known = Pick<JourneyFilters, "segments" | "channels">;
export const NOTHING: Known = { segments: [], channels: [] };

export function channelName(each: JourneyChannel): string {
  return each.is_folded ? texts.table.rest : (each.channel ?? texts.table.unknown);
}

export const channelOptions = (channels: readonly JourneyChannel[]): Option[] => channels.map((each) => ({ value: each.channel_id, label: channelName(each) }));
