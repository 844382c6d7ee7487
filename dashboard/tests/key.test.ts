import { describe, expect, it } from "vitest";
import { type KeyEntry, laidOut, seriesKey, wrapped } from "../src/chart/key.ts";
import { bars, scatter, trend } from "../src/chart/options.ts";
import { THEME_COLOURS } from "../src/chart/palette.ts";

const theme = THEME_COLOURS.light;
const format = String;
/** As if each letter were one pixel wide. */
const widthOf = (text: string): number => text.length;

describe("the legend of a picture", () => {
  it("has each series with its colour and its line", () => {
    const option = trend({ x: ["Jan"], series: [{ name: "Now", values: [1] }, { name: "Before", values: [1], isDashed: true }], format });
    expect(seriesKey(option, theme)).toEqual([
      { mark: "square", colour: theme.palette[0], text: "Now" },
      { mark: "dashed", colour: theme.palette[1], text: "Before" },
    ]);
  });
  it("leaves out what is switched off, and the others keep their colours", () => {
    const option = bars({ names: ["a"], series: [{ name: "one", values: [1] }, { name: "two", values: [1] }], format });
    expect(seriesKey(option, theme, { one: false, two: true })).toEqual([{ mark: "square", colour: theme.palette[1], text: "two" }]);
  });
  it("has points for points, and nothing for a series without a name", () => {
    const groups = scatter({ groups: [{ name: "one", points: [[1, 2]] }, { name: "", points: [] }], xName: "x", yName: "y", format });
    expect(seriesKey(groups, theme).map(({ mark, text }) => [mark, text])).toEqual([["point", "one"]]);
    expect(seriesKey({}, theme)).toEqual([]);
  });
});

describe("entries in lines", () => {
  const entry = (text: string, mark: KeyEntry["mark"] = "square"): KeyEntry => ({ mark, colour: "#000000", text });
  const places = (entries: readonly KeyEntry[], room: number) => laidOut(entries, room, { widthOf, markWidth: 2, gap: 1 }).map(({ x, line }) => [x, line]);
  it("stand side by side while there is room", () => expect(places([entry("abc"), entry("de", "none"), entry("f")], 100)).toEqual([[0, 0], [6, 0], [9, 0]]));
  it("go on below where there is none", () => expect(places([entry("abc"), entry("abc"), entry("abc")], 11)).toEqual([[0, 0], [6, 0], [0, 1]]));
  it("have a line each where even one is too long", () => expect(places([entry("much too long"), entry("a")], 5)).toEqual([[0, 0], [0, 1]]));
});

describe("a long title", () => {
  it("is broken between words", () => expect(wrapped("Net revenue over time (GBP)", 12, widthOf)).toEqual(["Net revenue", "over time", "(GBP)"]));
  it("stays one line where it fits", () => expect(wrapped("Net revenue", 11, widthOf)).toEqual(["Net revenue"]));
  it("does not lose a word that is too long", () => expect(wrapped("a verylongword b", 5, widthOf)).toEqual(["a", "verylongword", "b"]));
});
