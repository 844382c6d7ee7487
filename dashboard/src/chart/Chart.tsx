import type { ECharts } from "echarts";
import type { RefObject, VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { texts } from "../texts/index.ts";
import { useScheme } from "../theme.ts";
import { echartsTheme, withDefaults } from "./defaults.ts";
import { Key } from "./Key.tsx";
import type { ChartOption } from "./key.ts";
import { type ChartTheme, THEME_COLOURS } from "./palette.ts";
import { pictureOf } from "./png.ts";

/** What was clicked: names as the option has them, `data` the row behind it. */
export interface Picked {
  name: string;
  seriesName: string;
  data: unknown;
  value: unknown;
  dataIndex: number;
}

export interface ChartHandle {
  /** Draw the chart into a picture with its title above, and its legend and source below. */
  toPng(title: string, source: string): Promise<Blob>;
}

export interface ChartProps {
  option: ChartOption | ((theme: ChartTheme) => ChartOption);
  /** What it shows, in a sentence, for a screen reader. */
  label: string;
  height?: number;
  onPick?: ((picked: Picked) => void) | undefined;
  handle?: RefObject<ChartHandle | null>;
}

const prefers = (what: string): boolean => matchMedia(what).matches;

/** A chart in the colours of the page. ECharts comes with the first one. */
export function Chart({ option, label, height = 320, onPick, handle }: ChartProps): VNode {
  const box = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<ECharts | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const theme = THEME_COLOURS[useScheme()];
  const pick = useRef(onPick);
  pick.current = onPick;

  useEffect(() => {
    let chart: ECharts | null = null;
    let isGone = false;
    const sizes = new ResizeObserver(() => chart?.resize());
    import("./echarts.ts").then(
      ({ init }) => {
        if (isGone || !box.current) return;
        chart = init(box.current, echartsTheme(theme)) as unknown as ECharts;
        chart.on("click", (found) => pick.current?.(found as unknown as Picked));
        sizes.observe(box.current);
        setDrawn(chart);
      },
      () => setFailed(true),
    );
    return () => {
      isGone = true;
      sizes.disconnect();
      chart?.dispose();
      setDrawn(null);
    };
  }, [theme]);

  const built = useMemo(() => (typeof option === "function" ? option(theme) : option), [option, theme]);

  useEffect(() => {
    if (!drawn || drawn.isDisposed()) return;
    const circumstances = { description: label, isStill: prefers("(prefers-reduced-motion: reduce)"), hasPatterns: prefers("(prefers-contrast: more)") };
    drawn.setOption(withDefaults(built, theme, circumstances), { notMerge: true });
    if (handle) handle.current = { toPng: (title, source) => pictureOf(drawn, { title, source, theme, option: built }) };
    return () => {
      if (handle) handle.current = null;
    };
  }, [drawn, built, theme, label, handle]);

  if (hasFailed) return <p class="state" role="status">{texts.chart.failed}</p>;
  return (
    <>
      <div class={onPick ? "chart pickable" : "chart"} role="img" aria-label={label} style={{ height: `${height}px` }} data-drawn={drawn ? "yes" : "no"}>
        <div ref={box} class="chart-box" aria-hidden="true" />
      </div>
      {built.key && built.key.length > 0 && <Key entries={built.key} />}
    </>
  );
}
