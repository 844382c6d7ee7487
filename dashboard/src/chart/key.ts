/** The legend of what no series' name and no scale says: below the chart on the page, and in its picture. */
import type { EChartsOption } from "echarts";
import type { ChartTheme } from "./palette.ts";

/** How an entry is drawn; "none" is words alone. */
export type Mark = "square" | "point" | "whisker" | "dashed" | "edge" | "none";

export interface KeyEntry {
  mark: Mark;
  colour: string;
  text: string;
}

export type ChartOption = EChartsOption & {
  key?: readonly KeyEntry[];
};

export const NONE: Pick<KeyEntry, "mark" | "colour"> = { mark: "none", colour: "" };

interface Named {
  type: string;
  name: string;
  lineStyle?: { type?: unknown };
}

/** Return the lines, bars and points that have names: what a legend shows. */
export function namedSeries({ series = [] }: EChartsOption): Named[] {
  const all = [series].flat() as Partial<Named>[];
  return all.filter((each): each is Named => ["line", "bar", "scatter"].includes(each.type ?? "") && typeof each.name === "string" && each.name !== "");
}

/** Return the series that have names as entries, but for those that are switched off: what ECharts' own legend shows. */
export function seriesKey(option: ChartOption, theme: ChartTheme, selected: Readonly<Record<string, boolean>> = {}): KeyEntry[] {
  const series = namedSeries(option);
  const names = [...new Set(series.map(({ name }) => name))];
  return names.flatMap((name, at): KeyEntry[] => {
    if (selected[name] === false) return [];
    const one = series.find((each) => each.name === name);
    const mark = one?.lineStyle?.type === "dashed" ? "dashed" : one?.type === "scatter" ? "point" : "square";
    return [{ mark, colour: theme.palette[at % theme.palette.length] ?? theme.muted, text: name }];
  });
}

export interface Placed extends KeyEntry {
  x: number;
  /** From 0 on. */
  line: number;
}

/** Lay entries into lines of so much room, each with its mark before it. */
export function laidOut(entries: readonly KeyEntry[], room: number, { widthOf, markWidth, gap }: { widthOf: (text: string) => number; markWidth: number; gap: number }): Placed[] {
  let [x, line] = [0, 0];
  return entries.map((entry) => {
    const width = widthOf(entry.text) + (entry.mark === "none" ? 0 : markWidth);
    if (x > 0 && x + width > room) [x, line] = [0, line + 1];
    const placed = { ...entry, x, line };
    x += width + gap;
    return placed;
  });
}

/** Break a text into lines of so much room, between words. */
export function wrapped(text: string, room: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length > 0 ? `${lines.at(-1) ?? ""} ${word}` : word;
    if (lines.length > 0 && widthOf(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
