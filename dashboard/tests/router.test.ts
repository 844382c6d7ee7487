import { describe, expect, it } from "vitest";
import { PAGES, pageAt } from "../src/pages.ts";
import { href, matchRoute, pathOf } from "../src/router.ts";
import { texts } from "../src/texts/index.ts";

const routes = [{ path: "/segments" }, { path: "/segments/:id" }];

describe("routes", () => {
  it("fit whole paths alone", () => {
    expect(matchRoute(routes, "/segments")?.route.path).toBe("/segments");
    expect(matchRoute(routes, "/segments/")?.route.path).toBe("/segments");
    expect(matchRoute(routes, "/segments/a/b")).toBeNull();
    expect(matchRoute(routes, "/nothing")).toBeNull();
  });
  it("decode what names stand for", () => expect(matchRoute(routes, "/segments/a%2Fb%20%C3%BC")?.params).toEqual({ id: "a/b ü" }));
  it("fit no path that is badly encoded", () => expect(matchRoute(routes, "/segments/%E0%A4%A")).toBeNull());
  it("are written with ids encoded", () => expect(pathOf("/segments/:id", { id: "a/b ü" })).toBe("/segments/a%2Fb%20%C3%BC"));
  it("say what a path lacks", () => expect(() => pathOf("/segments/:id")).toThrow("lacks id"));
});

describe("links", () => {
  const from = new URLSearchParams("start=2011-01-01&grain=week&method=kmeans");
  it("take the shared filters along, and no page's own", () => expect(href("/sales", {}, from)).toBe("/sales?start=2011-01-01&grain=week"));
  it("add and take away", () => expect(href("/sales", { by: "country", grain: undefined }, from)).toBe("/sales?start=2011-01-01&by=country"));
});

describe("the list of pages", () => {
  it("has a title for each, and no path twice", () => {
    expect(PAGES.map((page) => texts.pages[page.title])).not.toContain(undefined);
    expect(new Set(PAGES.map((page) => page.path)).size).toBe(PAGES.length);
  });
  it("finds a segment's page", () => expect(pageAt("/segments/at_risk")?.params).toEqual({ id: "at_risk" }));
  it("loads every page", async () => {
    for (const page of PAGES) expect(typeof (await page.load()).default, page.path).toBe("function");
  });
});
