import type { ECharts } from "echarts";
import { texts } from "../texts/index.ts";
import type { ChartTheme } from "./palette.ts";

const SCALE = 2;
const EDGE = 16;
const HEAD = 40;
const FOOT = 28;

/** Draw a chart into a PNG picture with its title above and its source below. */
export function pictureOf(chart: ECharts, { title, source, theme }: { title: string; source: string; theme: ChartTheme }): Promise<Blob> {
  const inner = chart.renderToCanvas({ pixelRatio: SCALE, backgroundColor: theme.surface });
  const canvas = document.createElement("canvas");
  canvas.width = inner.width + 2 * EDGE * SCALE;
  canvas.height = inner.height + (HEAD + FOOT) * SCALE;
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error(texts.chart.noCanvas);
  pen.fillStyle = theme.surface;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(inner, EDGE * SCALE, HEAD * SCALE);
  const room = canvas.width - 2 * EDGE * SCALE;
  pen.fillStyle = theme.text;
  pen.font = `600 ${15 * SCALE}px system-ui, sans-serif`;
  pen.fillText(title, EDGE * SCALE, 26 * SCALE, room);
  pen.fillStyle = theme.muted;
  pen.font = `${11 * SCALE}px system-ui, sans-serif`;
  pen.fillText(source, EDGE * SCALE, canvas.height - 10 * SCALE, room);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(texts.chart.noPicture))), "image/png");
  });
}
