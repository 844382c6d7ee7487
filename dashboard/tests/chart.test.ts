import { describe, expect, it } from "vitest";
import { withDefaults } from "../src/chart/defaults.ts";
import { bars, heatmap, intervals, sankey, scatter, treemap, trend } from "../src/chart/options.ts";
import { type ChartTheme, colourAt, inkOn, THEME_COLOURS } from "../src/chart/palette.ts";

type Rgb = [number, number, number];
/** Of CIELAB; twenty are plain to see side by side. */
const APART = 20;

const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255) as Rgb;
const linear = (colour: Rgb): Rgb => colour.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as Rgb;
const apply = (matrix: readonly Rgb[], colour: Rgb): Rgb => matrix.map((row) => row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2]) as Rgb;
const luminance = (hex: string): number => apply([[0.2126, 0.7152, 0.0722]], linear(rgb(hex)))[0];
const contrast = (a: string, b: string): number => {
  const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
};
/* Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB. */
const BLINDNESS: Record<string, readonly Rgb[]> = {
  none: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};
const lab = (colour: Rgb): Rgb => {
  const xyz = apply([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], colour);
  const [x, y, z] = xyz.map((part, at) => Math.cbrt(Math.max(0, part) / ([0.9505, 1, 1.089][at] ?? 1))) as Rgb;
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
};
const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe.each(["light", "dark"] as const)("the %s colours", (scheme) => {
  const theme = THEME_COLOURS[scheme];
  it("stand out from the surface", () => {
    for (const colour of [...theme.palette, theme.good, theme.bad]) expect(contrast(colour, theme.surface), colour).toBeGreaterThanOrEqual(3);
    for (const colour of [theme.text, theme.muted]) expect(contrast(colour, theme.surface), colour).toBeGreaterThanOrEqual(4.5);
  });
  it.each(Object.keys(BLINDNESS))("stay apart with %s", (kind) => {
    const seen = theme.palette.slice(0, 6).map((hex) => lab(apply(BLINDNESS[kind] ?? [], linear(rgb(hex)))));
    for (const [at, one] of seen.entries()) for (const [place, other] of seen.entries())
      if (place > at) expect(distance(one, other), `${theme.palette[at]} and ${theme.palette[place]}`).toBeGreaterThan(APART);
  });
});

describe("letters on colours", () => {
  it.each(["light", "dark"] as const)("are read on every one of the %s scheme", (scheme) => {
    const { palette, sequential } = THEME_COLOURS[scheme];
    const scale = Array.from({ length: 41 }, (_, at) => colourAt(sequential, at / 40));
    for (const colour of [...palette, ...scale]) expect(contrast(inkOn(colour), colour), colour).toBeGreaterThanOrEqual(4.5);
  });
  it("take the ends of a scale as they are", () => expect([colourAt(["#000000", "#ffffff"], -1), colourAt(["#000000", "#ffffff"], 0.5), colourAt(["#000000", "#ffffff"], 2)]).toEqual(["#000000", "#808080", "#ffffff"]));
});

const theme: ChartTheme = THEME_COLOURS.light;
const format = (value: number): string => `${value} u`;
const finish = (option: Parameters<typeof withDefaults>[0]) => withDefaults(option, theme, { description: "what it shows", isStill: true, hasPatterns: false });

describe("every chart", () => {
  const charts = {
    trend: trend({ x: ["Jan", "Feb"], series: [{ name: "Net", values: [1, null] }], format, marks: [{ x: "Feb", label: "Holiday" }] }),
    bars: bars({ names: ["a"], series: [{ name: "Net", values: [1] }], format, isHorizontal: true }),
    heatmap: heatmap({ columns: ["+0"], rows: ["Jan"], cells: [[0, 0, 0.5]], format }, theme),
    treemap: treemap({ nodes: [{ name: "a", value: 1, colour: 2 }], format, areaOf: "customers", colourOf: "net", colourFormat: (value) => `${value} GBP` }, theme),
    sankey: sankey({ nodes: [{ name: "a" }, { name: "b" }], links: [{ source: "a", target: "b", value: 1 }], format, widthOf: "visits" }, theme),
    scatter: scatter({ groups: [{ name: "one", points: [[1, 2]] }], xName: "x", yName: "y", format }),
    intervals: intervals([{ name: "a", value: 1, low: 0, high: 2 }], format, theme, { intervalIs: "95%", nothingIs: "No effect" }),
  };
  it.each(Object.entries(charts))("%s has a tooltip without HTML, a description, and no movement where none is wanted", (_, chart) => {
    const option = finish(chart);
    expect(option.tooltip).toMatchObject({ renderMode: "richText", confine: true });
    expect(option.aria).toMatchObject({ label: { description: "what it shows" } });
    expect(option.animation).toBe(false);
  });
  it.each(["trend", "bars", "scatter"] as const)("%s has a legend", (name) => expect(finish(charts[name]).legend).toBeDefined());
  it("has its scale as the legend where colours are values", () => {
    expect(charts.heatmap.visualMap).toMatchObject({ text: ["0.5 u", "0 u"] });
    expect(charts.treemap.visualMap).toMatchObject({ text: ["2 GBP", "0 GBP"] });
  });
  it.each(["treemap", "sankey", "intervals"] as const)("%s says below what its marks and sizes mean, which ECharts is not told", (name) => {
    expect(charts[name].key?.length).toBeGreaterThan(1);
    expect(finish(charts[name])).not.toHaveProperty("key");
  });
  it("says what areas and colours are", () => expect(charts.treemap.key?.map(({ text }) => text)).toEqual(["Area: customers", "Colour: net"]));
  it("says what point, line and dashes of an interval are", () => {
    const told = intervals([], format, theme, { intervalIs: "80%", nothingIs: "No sale" });
    expect(told.key?.map(({ mark, text }) => [mark, text])).toEqual([["point", "Estimate"], ["whisker", "80%"], ["dashed", "No sale"]]);
  });
});

describe("a point of a scatter chart", () => {
  it("says its group and both figures", () => {
    const { formatter } = scatter({ groups: [{ name: "one", points: [[1, 2]] }], xName: "x", yName: "y", format }).tooltip as { formatter: (found: unknown) => string };
    expect(formatter({ seriesName: "one", value: [1, 2] })).toBe("one\nx: 1 u\ny: 2 u");
  });
});

describe("a graph of flows", () => {
  const flows = (states: readonly string[]) => sankey({ nodes: states.map((label) => ({ name: `from:${label}`, label })), links: [], format, widthOf: "visits" }, theme);
  it("names each state with its colour", () =>
    expect(flows(["in", "out"]).key).toEqual([
      { mark: "square", colour: theme.palette[0], text: "in" },
      { mark: "square", colour: theme.palette[1], text: "out" },
      { mark: "none", colour: "", text: "Width: visits" },
    ]));
  it("has an entry for no state where colours do not suffice to tell them apart", () =>
    expect(flows(Array.from({ length: theme.palette.length + 1 }, (_, at) => String(at))).key?.map(({ mark }) => mark)).toEqual(["none", "none"]));
});

describe("areas", () => {
  const found = treemap(
    { nodes: [{ name: "rich", value: 1, colour: 10 }, { name: "poor", value: 5, colour: 0 }, { name: "none", value: 2, colour: null }], format, areaOf: "customers", colourOf: "net", colourFormat: (value) => `${value} GBP` },
    theme,
  );
  const [{ data }] = found.series as unknown as [{ data: { itemStyle: { color: string } }[] }];
  it("have the colours of the scale below", () => expect(data.map(({ itemStyle }) => itemStyle.color)).toEqual([theme.sequential.at(-1), theme.sequential[0], theme.surface]));
  it("say name, size, and what the colour tells", () => {
    const { formatter } = found.tooltip as { formatter: (found: unknown) => string };
    expect(formatter({ name: "rich", value: 1, data: { colour: 10, note: "5% of all" } })).toBe("rich\n1 u\n5% of all\nnet: 10 GBP");
  });
});

describe("a heat map", () => {
  const tooltipOf = (value: unknown): string => {
    const option = heatmap({ columns: ["+0", "+1"], rows: ["Jan"], cells: [[0, 0, 0.5], [1, 0, null]], format, note: () => "still running" }, theme);
    const { formatter } = option.tooltip as { formatter: (found: unknown) => string };
    return formatter({ value });
  };
  it("leaves a cell without a figure blank", () => {
    const option = heatmap({ columns: ["+0", "+1"], rows: ["Jan"], cells: [[0, 0, 0.5], [1, 0, null]], format }, theme);
    expect((option.series as { data: unknown[] }[])[0]?.data.length).toBe(1);
  });
  it("says row, column, figure and note", () => expect(tooltipOf([0, 0, 0.5])).toBe("Jan · +0\n0.5 u\nstill running"));
});
