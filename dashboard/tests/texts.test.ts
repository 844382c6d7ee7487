import { describe, expect, it } from "vitest";
import page from "../index.html?raw";
import { withTexts } from "../src/texts/html.ts";
import { texts } from "../src/texts/index.ts";
import { literalsIn } from "./literals.ts";

const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });

describe("texts", () => {
  it.each([
    ["<p>Nothing to show</p>", "Nothing to show"],
    ["<p>\n  Nothing to show\n</p>", "Nothing to show"],
    ["<p>{count} rows of {all}</p>", "rows of"],
    ['<input placeholder="Customer id" />', "Customer id"],
    ['<button aria-label="Close">{sign}</button>', "Close"],
    ['<Panel title={"Sales"} />', "Sales"],
    ["<Panel title={`Sales of ${day}`} />", "Sales of ${day}"],
    ['<p>{"Sales"}</p>', "Sales"],
    ['const why = "No customer has bought";', "No customer has bought"],
  ])("that stand in a program are found: %s", (source, text) => expect(literalsIn(source)).toContain(text));
  it.each([
    "<p>{words.none}</p>",
    '<section class="panel wide" aria-busy="true" data-state={kind}>{children}</section>',
    "const kept = new Map<string, number>(); // Nothing to show",
    "export interface Rows<T> extends Base<T> { of: T }",
    "if (a > b) { go(); } else { stay(); }",
    'const rows = (found: Found): Row[] => found.rows.map<Row>((row) => ({ key: "net_minor", kind: "money" }));',
    "<>{a} · {b}</>",
  ])("are not mistaken for code: %s", (source) => expect(literalsIn(source)).toEqual([]));
  it.each(Object.keys(sources).filter((path) => !path.includes("/texts/")))("stand in one file, so none in %s", (path) => expect(literalsIn(sources[path] ?? "", { isMarkup: path.endsWith(".tsx") })).toEqual([]));
  it("have each sentence once, so that a translator writes it once", () => {
    const sentences = [...(sources["../src/texts/en.ts"] ?? "").matchAll(/"([^"\n]+)"|`([^`\n]+)`/g)].map(([, plain, written]) => plain ?? written ?? "").filter((text) => /^\p{Lu}.*\s.*\.$/u.test(text));
    expect(sentences.length).toBeGreaterThan(400);
    expect(sentences.filter((text, at) => sentences.indexOf(text) !== at)).toEqual([]);
  });
  it("are searched in all pages", () => expect(Object.keys(sources).filter((path) => path.includes("/pages/")).length).toBeGreaterThan(20));
});

describe("the page without a program", () => {
  const written = withTexts(page);
  it("has its language, its title and what it needs from the texts", () => {
    expect(written).toContain(`<html lang="${texts.locale}">`);
    expect(written).toContain(`<title>${texts.brand}</title>`);
    expect(written).toContain(texts.shell.noScript);
  });
  it("has no word of its own, and no place left", () => {
    expect(written).not.toContain("{{");
    expect(page.replace(/<[^>]*>/g, "").replace(/\{\{\w+\}\}/g, "").trim()).toBe("");
  });
});
