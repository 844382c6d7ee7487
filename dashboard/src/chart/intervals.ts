import type { CustomSeriesOption } from "echarts";
import { texts } from "../texts/index.ts";
import { firstOf, type Format } from "./common.ts";
import type { ChartOption } from "./key.ts";
import type { ChartTheme } from "./palette.ts";

export interface Interval {
  name: string;
  value: number;
  low: number;
  high: number;
}

export interface IntervalMeaning {
  /** What the dashed line at 0 stands for. */
  nothingIs: string;
  /** What the line through a point covers. */
  intervalIs: string;
}

/** Estimates with their intervals, one a line, and an upright line where there is no effect. */
export function intervals(rows: readonly Interval[], format: Format, theme: ChartTheme, { nothingIs, intervalIs }: IntervalMeaning): ChartOption {
  const colour = theme.palette[0] ?? theme.text;
  const draw: CustomSeriesOption["renderItem"] = (_, drawn) => {
    const at = drawn.value(3) as number;
    const [low, high, value] = [1, 2, 0].map((place) => drawn.coord([drawn.value(place), at])) as [number[], number[], number[]];
    const [y, left, right, middle] = [low[1] ?? 0, low[0] ?? 0, high[0] ?? 0, value[0] ?? 0];
    const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: "line" as const, shape: { x1, y1, x2, y2 }, style: { stroke: colour, lineWidth: 2 } });
    return {
      type: "group",
      children: [line(left, y, right, y), line(left, y - 5, left, y + 5), line(right, y - 5, right, y + 5), { type: "circle", shape: { cx: middle, cy: y, r: 5 }, style: { fill: colour } }],
    };
  };
  return {
    key: [
      { mark: "point", colour, text: texts.chart.estimate },
      { mark: "whisker", colour, text: intervalIs },
      { mark: "dashed", colour: theme.muted, text: nothingIs },
    ],
    xAxis: { type: "value", scale: true, min: (found) => Math.min(found.min, 0), max: (found) => Math.max(found.max, 0), axisLabel: { formatter: format, hideOverlap: true } },
    yAxis: { type: "category", data: rows.map((row) => row.name), inverse: true },
    tooltip: {
      formatter: (found) => {
        const row = rows[firstOf(found)?.dataIndex ?? 0];
        return row ? `${row.name}\n${format(row.value)} (${format(row.low)} – ${format(row.high)})` : "";
      },
    },
    series: [
      {
        type: "custom", renderItem: draw, encode: { x: [0, 1, 2], y: 3 }, data: rows.map((row, at) => [row.value, row.low, row.high, at]),
        markLine: { symbol: "none", silent: true, label: { show: false }, lineStyle: { type: "dashed", color: theme.muted }, data: [{ xAxis: 0 }] },
      },
    ],
  };
}
