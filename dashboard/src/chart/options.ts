/**
 * The kinds of charts that pages draw, each from plain rows. Amounts stay in minor units; `format` writes them.
 * A tooltip is plain text with line ends, never HTML: names come from the shop's files.
 */
import type { EChartsOption } from "echarts";
import { texts } from "../texts/index.ts";
import { colourScale, firstOf, type Format, type Value, write } from "./common.ts";
import { type ChartTheme, colourAt, inkOn } from "./palette.ts";

export type { Format } from "./common.ts";
export { type Interval, intervals } from "./intervals.ts";
export { sankey, type SankeyParts } from "./sankey.ts";
export { treemap, type TreemapNode, type TreemapParts } from "./treemap.ts";

export interface Series {
  name: string;
  values: readonly Value[];
  /** "line" by default. */
  type?: "line" | "bar";
  /** Series of one stack lie upon each other. */
  stack?: string;
  /** As for the period before, or one that is still running. */
  isDashed?: boolean;
}

export interface Mark {
  /** One of `x`. */
  x: string;
  label: string;
}

export interface TrendParts {
  x: readonly string[];
  series: readonly Series[];
  format: Format;
  /** Of the axis; `format` by default. */
  axisFormat?: Format;
  /** Holidays and the like, as upright lines. */
  marks?: readonly Mark[];
}

/** Figures along time. */
export function trend({ x, series, format, axisFormat = format, marks = [] }: TrendParts): EChartsOption {
  const hasBars = series.some((each) => each.type === "bar");
  return {
    xAxis: { type: "category", data: [...x], boundaryGap: hasBars, axisLabel: { hideOverlap: true } },
    yAxis: { type: "value", axisLabel: { formatter: axisFormat } },
    tooltip: { trigger: "axis", valueFormatter: write(format) },
    dataZoom: x.length > 60 ? [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false }] : [],
    series: series.map((each, index) => ({
      name: each.name,
      type: each.type ?? "line",
      data: [...each.values],
      showSymbol: x.length <= 40,
      connectNulls: false,
      ...(each.stack === undefined ? {} : { stack: each.stack }),
      ...(each.isDashed ? { lineStyle: { type: "dashed" as const } } : {}),
      ...(index === 0 && marks.length > 0 ? { markLine: markLine(marks) } : {}),
    })) as NonNullable<EChartsOption["series"]>,
  };
}

function markLine(marks: readonly Mark[]): object {
  return {
    symbol: "none",
    silent: true,
    lineStyle: { type: "dotted", width: 1 },
    label: { formatter: "{b}", fontSize: 11, position: "insideEndTop" },
    data: marks.map((mark) => ({ name: mark.label, xAxis: mark.x })),
  };
}

export interface BarParts {
  names: readonly string[];
  series: readonly Pick<Series, "name" | "values" | "stack">[];
  format: Format;
  axisFormat?: Format;
  /** Long names read better beside lying bars; the first is on top. */
  isHorizontal?: boolean;
  /** Pixels for the names beside lying bars; longer ones are cut. */
  namesWidth?: number;
}

/** Figures beside each other. */
export function bars({ names, series, format, axisFormat = format, isHorizontal = false, namesWidth = 150 }: BarParts): EChartsOption {
  const category = { type: "category" as const, data: [...names], axisLabel: { hideOverlap: !isHorizontal, width: namesWidth, overflow: "truncate" as const } };
  const value = { type: "value" as const, axisLabel: { formatter: axisFormat, hideOverlap: true } };
  return {
    xAxis: isHorizontal ? value : category,
    yAxis: isHorizontal ? { ...category, inverse: true } : value,
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: write(format) },
    series: series.map((each) => ({ name: each.name, type: "bar", data: [...each.values], ...(each.stack === undefined ? {} : { stack: each.stack }) })),
  };
}

export interface HeatmapParts {
  /** Along the top. */
  columns: readonly string[];
  /** From the top down. */
  rows: readonly string[];
  /** `[column, row, value]` by place; null is a cell that has no figure, and stays blank. */
  cells: readonly (readonly [number, number, Value])[];
  format: Format;
  /** In the tooltip, where cells and scale leave the unit out. */
  longFormat?: Format;
  /** Written into the cells while there is room. */
  hasLabels?: boolean;
  /** Second line and on of a cell's tooltip. */
  note?: (column: number, row: number) => string;
  max?: number;
  min?: number;
}

/** A grid that is coloured by value; its scale is the legend. */
export function heatmap({ columns, rows, cells, format, longFormat = format, hasLabels = columns.length <= 14, note, min, max }: HeatmapParts, theme: ChartTheme): EChartsOption {
  const values = cells.flatMap(([, , value]) => (value === null ? [] : [value]));
  const low = min ?? Math.min(0, ...values);
  const high = max ?? Math.max(...values, low + Number.EPSILON);
  return {
    xAxis: { type: "category", data: [...columns], position: "top", splitArea: { show: false } },
    yAxis: { type: "category", data: [...rows], inverse: true },
    grid: { left: 8, right: 16, top: 12, bottom: 56, outerBoundsMode: "same" },
    visualMap: colourScale(low, high, format, theme),
    tooltip: {
      formatter: (found) => {
        const [column, row, value] = firstOf(found)?.value as [number, number, Value];
        const head = `${rows[row] ?? ""} · ${columns[column] ?? ""}\n${value === null ? texts.none : longFormat(value)}`;
        const more = note?.(column, row);
        return more ? `${head}\n${more}` : head;
      },
    },
    series: [
      {
        type: "heatmap",
        data: cells.filter(([, , value]) => value !== null).map(([column, row, value]) => ({
          value: [column, row, value as number],
          label: { color: inkOn(colourAt(theme.sequential, high > low ? ((value as number) - low) / (high - low) : 0)) },
        })),
        label: { show: hasLabels, fontSize: 11, formatter: (found) => write(format)(found.value) },
        emphasis: { itemStyle: { borderColor: theme.text } },
      },
    ],
  };
}

export interface ScatterParts {
  groups: readonly { name: string; points: readonly (readonly [number, number])[] }[];
  xName: string;
  yName: string;
  format: Format;
}

/** Points by two figures, a colour and a shape a group. */
export function scatter({ groups, xName, yName, format }: ScatterParts): EChartsOption {
  const shapes = ["circle", "triangle", "rect", "diamond", "pin", "arrow"];
  return {
    xAxis: { type: "value", name: xName, nameLocation: "middle", nameGap: 26, scale: true },
    yAxis: { type: "value", name: yName, nameLocation: "middle", nameGap: 36, scale: true },
    grid: { left: 16, right: 16, top: 16, bottom: 48, outerBoundsMode: "same", outerBoundsContain: "all" },
    tooltip: {
      formatter: (found) => {
        const { seriesName, value } = firstOf(found) as unknown as { seriesName: string; value: [number, number] };
        return [seriesName, `${xName}: ${format(value[0])}`, `${yName}: ${format(value[1])}`].join("\n");
      },
    },
    series: groups.map((group, at) => ({
      name: group.name, type: "scatter", symbol: shapes[at % shapes.length] ?? "circle", symbolSize: 5, itemStyle: { opacity: 0.65 },
      data: group.points.map(([x, y]) => [x, y]),
    })),
  };
}
