/** What every chart has: the theme's colours, a tooltip without HTML, a legend where series have names. */
import type { EChartsOption } from "echarts";
import { firstOf } from "./common.ts";
import { type ChartOption, namedSeries } from "./key.ts";
import type { ChartTheme } from "./palette.ts";

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';

/** The theme that ECharts is started with. */
export function echartsTheme(theme: ChartTheme): object {
  const axis = {
    axisLine: { lineStyle: { color: theme.line } },
    axisTick: { show: false },
    axisLabel: { color: theme.muted, fontSize: 12 },
    nameTextStyle: { color: theme.muted },
    splitLine: { lineStyle: { color: theme.line } },
    splitArea: { show: false },
  };
  const mark = { label: { color: theme.muted, textBorderWidth: 0 }, lineStyle: { color: theme.muted } };
  return {
    color: [...theme.palette],
    backgroundColor: "transparent",
    textStyle: { fontFamily: FONT, color: theme.text },
    legend: { textStyle: { color: theme.text }, inactiveColor: theme.line, pageTextStyle: { color: theme.muted }, pageIconColor: theme.muted, pageIconInactiveColor: theme.line },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    timeAxis: axis,
    logAxis: axis,
    line: { symbolSize: 5, lineStyle: { width: 2 }, smooth: false, markLine: mark },
    bar: { barMaxWidth: 36, itemStyle: { borderRadius: 2 }, markLine: mark },
    sankey: { label: { color: theme.text }, lineStyle: { color: "source", opacity: theme.scheme === "dark" ? 0.4 : 0.28 } },
    treemap: { itemStyle: { borderColor: theme.surface, borderWidth: 2, gapWidth: 2 } },
    heatmap: { itemStyle: { borderColor: theme.surface, borderWidth: 1 } },
  };
}

interface Circumstances {
  description: string;
  isStill: boolean;
  hasPatterns: boolean;
}

/** Fill in what a page's option leaves open. */
export function withDefaults({ key: _, ...option }: ChartOption, theme: ChartTheme, { description, isStill, hasPatterns }: Circumstances): EChartsOption {
  const named = namedSeries(option);
  const legend = option.legend ?? (named.length > 0 ? {} : undefined);
  // The shape of a point tells its series.
  const hasShapes = named.some((each) => each.type === "scatter");
  return {
    ...option,
    animation: !isStill,
    animationDuration: 250,
    aria: { enabled: true, label: { description }, decal: { show: hasPatterns } },
    ...(option.xAxis === undefined ? {} : { grid: option.grid ?? { left: 8, right: 16, top: 20, bottom: legend ? 40 : 12, outerBoundsMode: "same" } }),
    ...(legend === undefined ? {} : { legend: Array.isArray(legend) ? legend : { type: "scroll", bottom: 0, ...(hasShapes ? {} : { icon: "roundRect" }), itemWidth: 12, itemHeight: 8, ...legend } }),
    tooltip: {
      confine: true,
      backgroundColor: theme.surface,
      borderColor: theme.line,
      textStyle: { color: theme.text, fontSize: 13 },
      ...firstOf(option.tooltip),
      renderMode: "richText",
    },
  };
}
