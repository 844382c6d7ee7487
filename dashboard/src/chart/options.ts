/**
 * The kinds of charts that pages draw, each from plain rows. Amounts stay in minor units; `format` writes them.
 * A tooltip is plain text with line ends, never HTML: names come from the shop's files.
 */
import type { CustomSeriesOption, EChartsOption } from "echarts";
import { texts } from "../texts/index.ts";
import { type ChartTheme, colourAt, inkOn } from "./palette.ts";

export type Format = (value: number) => string;

type Value = number | null;

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

function write(format: Format): (value: unknown) => string {
  return (value) => {
    const found = Array.isArray(value) ? (value as unknown[]).at(-1) : value;
    return typeof found === "number" && Number.isFinite(found) ? format(found) : texts.none;
  };
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
  /** Written into the cells while there is room. */
  hasLabels?: boolean;
  /** Second line and on of a cell's tooltip. */
  note?: (column: number, row: number) => string;
  max?: number;
  min?: number;
}

/** A grid that is coloured by value; its scale is the legend. */
export function heatmap({ columns, rows, cells, format, hasLabels = columns.length <= 14, note, min, max }: HeatmapParts, theme: ChartTheme): EChartsOption {
  const values = cells.flatMap(([, , value]) => (value === null ? [] : [value]));
  const low = min ?? Math.min(0, ...values);
  const high = max ?? Math.max(...values, low + Number.EPSILON);
  return {
    xAxis: { type: "category", data: [...columns], position: "top", splitArea: { show: false } },
    yAxis: { type: "category", data: [...rows], inverse: true },
    grid: { left: 8, right: 16, top: 12, bottom: 56, outerBoundsMode: "same" },
    visualMap: {
      type: "continuous", min: low, max: high, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemWidth: 12, itemHeight: 160,
      text: [format(high), format(low)], textStyle: { color: theme.muted }, inRange: { color: [...theme.sequential] },
    },
    tooltip: {
      formatter: (found) => {
        const [column, row, value] = (Array.isArray(found) ? found[0] : found)?.value as [number, number, Value];
        const head = `${rows[row] ?? ""} · ${columns[column] ?? ""}\n${value === null ? texts.none : format(value)}`;
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

export interface TreemapNode {
  name: string;
  value: number;
  /** What a click gets back. */
  id?: string;
  note?: string;
  /** From 0 to 1: where it lies on the scale of colours; by its order in the palette without it. */
  shade?: number;
}

/** Areas by size. */
export function treemap(nodes: readonly TreemapNode[], format: Format, theme: ChartTheme): EChartsOption {
  return {
    tooltip: {
      formatter: (found) => {
        const { name, value, data } = (Array.isArray(found) ? found[0] : found) as unknown as { name: string; value: number; data: TreemapNode };
        return [name, format(value), data.note].filter(Boolean).join("\n");
      },
    },
    series: [
      {
        type: "treemap", roam: false, nodeClick: false, breadcrumb: { show: false }, left: 0, right: 0, top: 0, bottom: 0,
        label: { formatter: (found) => `${found.name}\n${format(Number(found.value))}`, overflow: "truncate", fontSize: 13, lineHeight: 18 },
        data: nodes.map((node, at) => {
          const color = node.shade === undefined ? (theme.palette[at % theme.palette.length] ?? theme.muted) : colourAt(theme.sequential, node.shade);
          return { ...node, itemStyle: { color }, label: { color: inkOn(color) } };
        }),
      },
    ],
  };
}

export interface SankeyParts {
  /** `name` is unique; `label` is what is shown. */
  nodes: readonly { name: string; label?: string; depth?: number }[];
  links: readonly { source: string; target: string; value: number }[];
  format: Format;
}

/** Flows between states, the same label in the same colour; links from a node to itself and circles must not be among them. */
export function sankey({ nodes, links, format }: SankeyParts, theme: ChartTheme): EChartsOption {
  const labels = new Map(nodes.map((node) => [node.name, node.label ?? node.name]));
  const labelOf = (name: string): string => labels.get(name) ?? name;
  const known = [...new Set(labels.values())];
  const colourOf = (name: string): string => theme.palette[known.indexOf(labelOf(name)) % theme.palette.length] ?? theme.muted;
  return {
    tooltip: {
      formatter: (found) => {
        const one = (Array.isArray(found) ? found[0] : found) as unknown as { dataType?: string; name: string; value: number; data: { source: string; target: string } };
        const name = one.dataType === "edge" ? `${labelOf(one.data.source)} → ${labelOf(one.data.target)}` : labelOf(one.name);
        return `${name}\n${format(one.value)}`;
      },
    },
    series: [
      {
        type: "sankey", left: 8, right: 120, top: 12, bottom: 12, nodeGap: 10, nodeWidth: 14, draggable: false, emphasis: { focus: "adjacency" },
        label: { formatter: (found) => labelOf(found.name), overflow: "truncate", width: 110 },
        data: nodes.map(({ name, depth }) => ({ name, itemStyle: { color: colourOf(name) }, ...(depth === undefined ? {} : { depth }) })),
        links: links.map((link) => ({ ...link })),
      },
    ],
  };
}

export interface ScatterParts {
  groups: readonly { name: string; points: readonly (readonly [number, number])[] }[];
  xName: string;
  yName: string;
}

/** Points by two figures, a colour and a shape a group. */
export function scatter({ groups, xName, yName }: ScatterParts): EChartsOption {
  const shapes = ["circle", "triangle", "rect", "diamond", "pin", "arrow"];
  return {
    xAxis: { type: "value", name: xName, nameLocation: "middle", nameGap: 26, scale: true },
    yAxis: { type: "value", name: yName, nameLocation: "middle", nameGap: 36, scale: true },
    grid: { left: 16, right: 16, top: 16, bottom: 48, outerBoundsMode: "same", outerBoundsContain: "all" },
    tooltip: { formatter: (found) => (Array.isArray(found) ? found[0] : found)?.seriesName ?? "" },
    series: groups.map((group, at) => ({
      name: group.name, type: "scatter", symbol: shapes[at % shapes.length] ?? "circle", symbolSize: 5, itemStyle: { opacity: 0.65 },
      data: group.points.map(([x, y]) => [x, y]),
    })),
  };
}

export interface Interval {
  name: string;
  value: number;
  low: number;
  high: number;
}

/** Estimates with their intervals, one a line, and an upright line where there is no effect. */
export function intervals(rows: readonly Interval[], format: Format, theme: ChartTheme, nothing = 0): EChartsOption {
  const draw: CustomSeriesOption["renderItem"] = (_, drawn) => {
    const at = drawn.value(3) as number;
    const [low, high, value] = [1, 2, 0].map((place) => drawn.coord([drawn.value(place), at])) as [number[], number[], number[]];
    const colour = theme.palette[0] ?? theme.text;
    const [y, left, right, middle] = [low[1] ?? 0, low[0] ?? 0, high[0] ?? 0, value[0] ?? 0];
    const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: "line" as const, shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 2 } });
    return {
      type: "group",
      children: [line(left, y, right, y), line(left, y - 5, left, y + 5), line(right, y - 5, right, y + 5), { type: "circle", shape: { cx: middle, cy: y, r: 5 }, style: { fill: colour } }],
    };
  };
  return {
    xAxis: { type: "value", scale: true, min: (found) => Math.min(found.min, nothing), max: (found) => Math.max(found.max, nothing), axisLabel: { formatter: format, hideOverlap: true } },
    yAxis: { type: "category", data: rows.map((row) => row.name), inverse: true },
    tooltip: {
      formatter: (found) => {
        const row = rows[(Array.isArray(found) ? found[0] : found)?.dataIndex ?? 0];
        return row ? `${row.name}\n${format(row.value)} (${format(row.low)} – ${format(row.high)})` : "";
      },
    },
    series: [
      {
        type: "custom", renderItem: draw, encode: { x: [0, 1, 2], y: 3 }, data: rows.map((row, at) => [row.value, row.low, row.high, at]),
        markLine: { symbol: "none", silent: true, label: { show: false }, lineStyle: { type: "dashed", color: theme.muted }, data: [{ xAxis: nothing }] },
      },
    ],
  };
}
