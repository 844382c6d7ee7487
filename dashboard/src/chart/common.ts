/** What the kinds of charts share. */
import { texts } from "../texts/index.ts";

export type Format = (value: number) => string;

export type Value = number | null;

/** Make a format take what ECharts hands to a tooltip: a number, a point whose last part is one, or nothing. */
export function write(format: Format): (value: unknown) => string {
  return (value) => {
    const found = Array.isArray(value) ? (value as unknown[]).at(-1) : value;
    return typeof found === "number" && Number.isFinite(found) ? format(found) : texts.none;
  };
}
