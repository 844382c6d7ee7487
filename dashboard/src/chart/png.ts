import type { ECharts } from "echarts";
import { texts } from "../texts/index.ts";
import { type ChartOption, type KeyEntry, laidOut, type Mark, type Placed, seriesKey, wrapped } from "./key.ts";
import type { ChartTheme } from "./palette.ts";

const SCALE = 2;
const EDGE = 16;
const HEAD = 40;
const FOOT = 28;
const LINE = 20;
const MARK = 24;
const GAP = 16;
/** What ECharts' legend takes below a chart. */
const LEGEND = 28;
const LARGE = `600 ${15 * SCALE}px system-ui, sans-serif`;
const SMALL = `${11 * SCALE}px system-ui, sans-serif`;

export interface PictureParts {
  title: string;
  source: string;
  theme: ChartTheme;
  option: ChartOption;
}

/** Draw a chart into a PNG picture with its title above, and its whole legend and its source below. */
export function pictureOf(chart: ECharts, { title, source, theme, option }: PictureParts): Promise<Blob> {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error(texts.chart.noCanvas);
  const { inner, entries } = withoutLegend(chart, option, theme);
  const room = inner.width;
  const widthOf = (text: string): number => pen.measureText(text).width;
  pen.font = LARGE;
  const titles = wrapped(title, room, widthOf);
  const head = (HEAD + (titles.length - 1) * LINE) * SCALE;
  pen.font = SMALL;
  const key = laidOut(entries, room, { widthOf, markWidth: MARK * SCALE, gap: GAP * SCALE });
  const lines = (key.at(-1)?.line ?? -1) + 1;
  canvas.width = inner.width + 2 * EDGE * SCALE;
  canvas.height = head + inner.height + (lines * LINE + FOOT) * SCALE;
  pen.fillStyle = theme.surface;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(inner.canvas, 0, 0, inner.width, inner.height, EDGE * SCALE, head, inner.width, inner.height);
  pen.fillStyle = theme.text;
  pen.font = LARGE;
  for (const [at, line] of titles.entries()) pen.fillText(line, EDGE * SCALE, (26 + at * LINE) * SCALE, room);
  for (const entry of key) drawEntry(pen, entry, { top: head + inner.height, ink: theme.text });
  pen.fillStyle = theme.muted;
  pen.font = SMALL;
  pen.fillText(source, EDGE * SCALE, canvas.height - 10 * SCALE, room);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(texts.chart.noPicture))), "image/png");
  });
}

interface Inner {
  inner: { canvas: HTMLCanvasElement; width: number; height: number };
  entries: KeyEntry[];
}

/** Draw the chart without ECharts' legend, which shows only its first page where it is long, and return what it would say. */
function withoutLegend(chart: ECharts, option: ChartOption, theme: ChartTheme): Inner {
  const [legend] = (chart.getOption()["legend"] ?? []) as { selected?: Record<string, boolean> }[];
  const paint = (): HTMLCanvasElement => chart.renderToCanvas({ pixelRatio: SCALE, backgroundColor: theme.surface });
  const own = option.key ?? [];
  if (!legend) {
    const canvas = paint();
    return { inner: { canvas, width: canvas.width, height: canvas.height }, entries: [...own] };
  }
  chart.setOption({ legend: { show: false } });
  const canvas = paint();
  chart.setOption({ legend: { show: true } });
  return { inner: { canvas, width: canvas.width, height: canvas.height - LEGEND * SCALE }, entries: [...seriesKey(option, theme, legend.selected), ...own] };
}

function drawEntry(pen: CanvasRenderingContext2D, { mark, colour, text, x, line }: Placed, { top, ink }: { top: number; ink: string }): void {
  pen.save();
  pen.translate(EDGE * SCALE + x, top + (line + 0.5) * LINE * SCALE);
  pen.scale(SCALE, SCALE);
  drawMark(pen, mark, colour);
  pen.restore();
  pen.fillStyle = ink;
  pen.font = SMALL;
  pen.fillText(text, EDGE * SCALE + x + (mark === "none" ? 0 : MARK * SCALE), top + ((line + 0.5) * LINE + 4) * SCALE);
}

/** Draw a mark around the middle of its left end. */
function drawMark(pen: CanvasRenderingContext2D, mark: Mark, colour: string): void {
  pen.fillStyle = colour;
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  if (mark === "square") pen.fillRect(3, -5, 12, 10);
  if (mark === "dashed" || mark === "edge") pen.setLineDash([4, 3]);
  pen.beginPath();
  if (mark === "point") pen.arc(9, 0, 5, 0, 2 * Math.PI);
  if (mark === "edge") pen.rect(3, -5, 12, 10);
  if (mark === "dashed" || mark === "whisker") line(pen, 0, 0, 18, 0);
  if (mark === "whisker") for (const at of [0, 18]) line(pen, at, -5, at, 5);
  if (mark === "point") pen.fill();
  else pen.stroke();
}

function line(pen: CanvasRenderingContext2D, x: number, y: number, toX: number, toY: number): void {
  pen.moveTo(x, y);
  pen.lineTo(toX, toY);
}
