/** What the kinds of charts share. */
import { texts } from "../texts/index.ts";
import type { ChartTheme } from "./palette.ts";

export type Format = (value: number) => string;

export type Value = number | null;

/** Make a format take what ECharts hands to a tooltip: a number, a point whose last part is one, or nothing. */
export function write(format: Format): (value: unknown) => string {
  return (value) => {
    const found = Array.isArray(value) ? (value as unknown[]).at(-1) : value;
    return typeof found === "number" && Number.isFinite(found) ? format(found) : texts.none;
  };
}

/** Return the first of what may be several: ECharts hands a tooltip one point, or a list. */
export function firstOf<T>(found: T | readonly T[]): T | undefined {
  return Array.isArray(found) ? (found as readonly T[])[0] : (found as T);
}

/** The colours of values from low to high, as a legend below. */
export function colourScale(low: number, high: number, format: Format, theme: ChartTheme) {
  return {
    type: "continuous" as const, min: low, max: high, calculable: false, orient: "horizontal" as const, left: "center", bottom: 0, itemWidth: 12, itemHeight: 160,
    text: [format(high), format(low)], textStyle: { color: theme.muted }, inRange: { color: [...theme.sequential] },
  };
}
