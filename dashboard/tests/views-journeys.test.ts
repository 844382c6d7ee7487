import { describe, expect, it } from "vitest";
import type { Funnel, Funnels, FunnelStep, PathGraph, TimelineEvent } from "../src/types.ts";
import { nameOfId } from "../src/format.ts";
import { broughtBefore, cumulated } from "../src/views/customer.ts";
import { Api, setApi } from "../src/api.ts";
import { stateOfError } from "../src/panel/state.ts";
import { texts } from "../src/texts/index.ts";
import { EVERYTHING, isPart, loadFunnels, loadPaths, loadPurchases, monthsOf, noFunnel, partsOf, tooFew } from "../src/pages/journeys/asked.ts";
import { areNamed, categoriesIn, conversionOf, fileName, labelsOf, large, largest, options, stepsOf, unitsOf, upTo, withoutThin } from "../src/views/journeys.ts";

const node = (id: number, step: number, state = "view") => ({ id, step, state, kind: "state" as const, weight: 1 });
const link = (source: number, target: number, weight: number) => ({ source, target, weight, share: 1 });
const graph: PathGraph = {
  nodes: [node(0, 1), node(1, 2), node(2, 2, "exit"), node(3, 3)], links: [link(0, 1, 900), link(0, 2, 100), link(1, 3, 1)],
  depth: 8, journeys: 1000, cut: 0, is_cut: false,
};

describe("a graph of paths", () => {
  it("counts its steps, wherever they begin", () => expect([stepsOf(graph), stepsOf({ ...graph, nodes: [] })]).toEqual([3, 0]));
  it("is cut after some steps", () => expect(upTo(graph, 2)).toEqual({ nodes: graph.nodes.slice(0, 3), links: graph.links.slice(0, 2) }));
  it("loses thin links, and the nodes that hang on them", () => expect(withoutThin(graph, 1000, 0.002)).toEqual({ nodes: graph.nodes.slice(0, 3), links: graph.links.slice(0, 2), dropped: 1 }));
});

const step = (name: FunnelStep["step"], in_order: number | null, conversion: number | null): FunnelStep => ({ step: name, reached: in_order, in_order, step_conversion: null, conversion, reason: in_order === null ? "no event" : null });
const funnel: Funnel = {
  steps: [step("session", 10, 1), step("purchase", 4, 0.4)],
  by_channel: [
    { channel_id: "-", channel: "-", is_folded: false, steps: [step("session", 5, 1), step("purchase", null, null)] },
    { channel_id: "(none)", channel: null, is_folded: false, steps: [step("session", 3, 1)] },
    { channel_id: "(other)", channel: null, is_folded: true, steps: [step("session", 0, null)] },
  ],
};

describe("a funnel", () => {
  it("converts up to the last step that is recorded", () => expect([funnel, ...funnel.by_channel].map((each) => conversionOf(each.steps))).toEqual([0.4, 1, 1, null]));
});

describe("a part of the shop", () => {
  it("begins with its visits, none where it has no funnel", () => expect([unitsOf(funnel), unitsOf(null), unitsOf({ steps: [] })]).toEqual([10, 0, 0]));
  it("shows the shares of channels that have enough, the least included", () => {
    expect(large(funnel.by_channel, 3).map((each) => each.channel_id)).toEqual(["-", "(none)"]);
    expect([largest(funnel.by_channel), largest([])]).toEqual([5, 0]);
  });
  it("can be chosen by channel where one has a name", () => expect([areNamed(funnel.by_channel), areNamed(funnel.by_channel.slice(1)), areNamed([])]).toEqual([true, false, false]));
});

describe("the options of a filter", () => {
  const found = [{ value: "lost", label: "Lost" }];
  it("begin with all", () => expect(options("All", found, "lost")).toEqual([{ value: "", label: "All" }, ...found]));
  it("keep what a link asks for, though there is no such thing", () => expect(options("All", found, "gone").at(-1)).toEqual({ value: "gone", label: "gone" }));
  it("name what is chosen, for the title", () =>
    expect(labelsOf([{ options: found, value: "lost" }, { options: [], value: "" }, { options: [], value: "ads" }])).toEqual(["Lost", "ads"]));
});

it("a file is called after what it is of", () => expect([fileName("funnel", "sessions", "lost", "e-mail / Ärzte"), fileName("funnel", "", "(none)")]).toEqual(["funnel-sessions-lost-e-mail-Ärzte", "funnel-none"]));

const event = (position: number, day: string, net_minor: number | null): TimelineEvent => ({ position, day, net_minor, kind: "purchase" }) as TimelineEvent;

describe("a timeline", () => {
  const newestFirst = [event(4, "2011-03-02", -20), event(3, "2011-02-01", 50), event(2, "2011-02-01", 100), event(1, "2011-01-01", null)];
  it("adds up by day, the oldest first", () => expect(cumulated(newestFirst)).toEqual([{ day: "2011-02-01", net_minor: 150 }, { day: "2011-03-02", net_minor: 130 }]));
  it("goes on from what was brought before it was cut", () => {
    expect(broughtBefore(newestFirst, 1130)).toBe(1000);
    expect(cumulated(newestFirst, 1000).at(-1)).toEqual({ day: "2011-03-02", net_minor: 1130 });
  });
});
it("an id becomes a name", () => expect([nameOfId("at_risk"), nameOfId("")]).toEqual(["At risk", ""]));

describe("a category of journeys, which is the first level of a path", () => {
  const sales = [{ category: "Home > Kitchen" }, { category: "Home > Bath" }, { category: "Garden" }, { category: "Garden > Pots" }, { category: "Toys > Games > Cards" }, { category: null }];
  it("leads to the sales of its name, else to those of the only path below it, and nowhere where there are several", () =>
    expect(Object.fromEntries(categoriesIn(sales))).toEqual({ Garden: "Garden", Toys: "Toys > Games > Cards" }));
  it("leads to none but its name where others share a row, for one of those may lie below it, too", () =>
    expect(Object.fromEntries(categoriesIn([...sales, { category: "Others", is_rest: true }]))).toEqual({ Garden: "Garden" }));
});

describe("what a panel of journeys asks for", () => {
  const asked = { segment: "lost", channel: "ads", start: "2011-01-05", end: "2011-02-10" };
  it("is called after its months in files", () => expect(fileName("funnel", ...partsOf(asked))).toBe("funnel-lost-ads-2011-01-2011-02"));
  it("is a part of the shop by any of them", () =>
    expect([EVERYTHING, { ...EVERYTHING, end: "2011-02-10" }, { ...EVERYTHING, segment: "lost" }].map(isPart)).toEqual([false, true, true]));
  it("says which months it is of, and nothing of the whole time", () => {
    expect(monthsOf(EVERYTHING)).toBeNull();
    expect(monthsOf(asked)).toMatch(/widened to whole months from .*1.* to .*28/);
    expect(monthsOf({ start: "2011-01-01", end: "2011-01-31" })).toMatch(/^Of the months from .* to .*31/);
  });
  it("has too few for shares, but of the whole shop", () => {
    expect(tooFew(3, "Visits", EVERYTHING)).toBeNull();
    expect(tooFew(3, "Visits", asked)).toMatch(/^Visits: 3\./);
    expect(tooFew(30, "Visits", asked)).toBeNull();
  });
  it.each([
    ["a funnel", () => loadFunnels(asked)],
    ["paths", () => loadPaths("sessions", asked)],
    ["purchases", () => loadPurchases()],
  ])("that the live run has not written yet, as of %s, is told to come with the next one", async (_, load) => {
    setApi(new Api({ base: "", token: async () => "t", fetcher: async () => new Response(JSON.stringify({ detail: "published without funnel-months" }), { status: 404 }) }));
    const error: unknown = await load().catch((refused: unknown) => refused);
    expect(stateOfError(error)).toMatchObject({ kind: "not-ready", why: texts.said.problems.notYet });
  });
  it("has no visitors of a part of the time, whatever the API says why", () => {
    const found = { sessions: funnel, visitors: null, reason: "as the API says it" } as unknown as Funnels;
    expect(noFunnel(found, "visitors", asked)).toEqual({ headline: "Not of a part of the time", why: expect.stringMatching(/Choose visits, or clear the dates/) as string });
    expect(noFunnel(found, "sessions", asked)).toBeNull();
    expect(noFunnel({ ...found, sessions: null }, "visitors", asked)).toBe("as the API says it");
  });
});
