import { describe, expect, it } from "vitest";
import { ApiError } from "../src/api.ts";
import { areas, cellAt, cutOf, featureText, featureUnit, featureValue, heaviest, mapCells, migrationFlows, namesInOurWords, netPerCustomer, pointsByCluster, tellingFeatures, withOurWords } from "../src/views/segments.ts";
import { notYet } from "../src/pages/shared/notYet.ts";
import type { Clusters, Migration, SegmentMap, SegmentRow } from "../src/types.ts";

const head = { generation: "g", as_of: "2011-12-10T00:00:00Z", age_seconds: 0, currency: "GBP" };

const map: SegmentMap = {
  ...head,
  frequency_unit: "occasions",
  cuts: { r: [180, 90, 30, 7], f: [null, 2, 4, 8] },
  cells: [
    { r: 5, f: 1, customers: 4, net_minor: 400, mean_monetary_minor: 100, segment_id: "new_customers", segments: [] },
    { r: 1, f: 5, customers: 0, net_minor: 0, mean_monetary_minor: null, segment_id: null, segments: [] },
  ],
  unscored: { customers: 0, net_minor: 0 },
  names: {},
};

describe("the map of RFM", () => {
  it("has who bought last on top, who bought most at the right", () => expect(mapCells(map, "value")).toEqual([[0, 0, 100], [4, 4, null]]));
  it("leaves a cell without customers blank, whatever is shown", () => expect(mapCells(map, "customers").map(([, , value]) => value)).toEqual([4, null]));
  it("finds the cell that was clicked", () => expect([cellAt(map, 0, 0)?.segment_id, cellAt(map, 2, 2)]).toEqual(["new_customers", undefined]));
  it("says what a score takes; the lowest takes everybody", () => expect([cutOf(map.cuts, "r", 5), cutOf(map.cuts, "f", 2), cutOf(map.cuts, "f", 1)]).toEqual([7, null, null]));
});

describe("names of segments", () => {
  const rows = [{ segment_id: "at_risk", name: "theirs", description: "theirs" }, { segment_id: "3", name: "Cluster 3" }] as SegmentRow[];
  it("are the page's, by method, and the API's where the page knows none", () => {
    const told = (method: "rfm" | "lifecycle" | "kmeans") => withOurWords({ segments: rows }, method).segments.map((row) => [row.name, row.description]);
    expect(told("rfm")).toEqual([["At Risk", "bought well and often, not for some time: write personally"], ["Cluster 3", undefined]]);
    expect(told("lifecycle")[0]).toEqual(["At Risk", "late by the own rhythm: remind now, gently"]);
    expect(told("kmeans")[0]).toEqual(["theirs", "theirs"]);
  });
  it("by id keep those that the page does not know", () => expect(namesInOurWords({ lost: "theirs", own: "Own" }, "rfm")).toEqual({ lost: "Lost", own: "Own" }));
});

describe("areas of segments", () => {
  const rows = [{ segment_id: "a", name: "A", customers: 3, net_minor: -5 }, { segment_id: "b", name: "B", customers: 2, net_minor: 7 }] as SegmentRow[];
  it("leave out what brought nothing, and name it", () => {
    const found = areas(rows, "net_minor", () => "note");
    expect([found.nodes.map((node) => [node.id, node.value]), found.leftOut]).toEqual([[["b", 7]], ["A"]]);
  });
  it("are coloured by what a customer brought", () => expect(areas(rows, "net_minor", () => "").nodes.map(({ colour }) => colour)).toEqual([3.5]));
  it("have no colour without a customer", () => expect(netPerCustomer({ customers: 0, net_minor: 5 })).toBeNull());
});

const migration: Migration = {
  ...head,
  from_run: "one", to_run: "two", from_as_of: null, to_as_of: "2011-12-10T00:00:00Z", reason: null, names: { a: "A", b: "B" },
  moves: [
    { from_segment_id: "a", to_segment_id: "a", customers: 10, net_minor: 0, net_minor_change: 0 },
    { from_segment_id: "a", to_segment_id: "b", customers: 3, net_minor: 0, net_minor_change: 0 },
    { from_segment_id: null, to_segment_id: "a", customers: 2, net_minor: 0, net_minor_change: 0 },
    { from_segment_id: "b", to_segment_id: null, customers: 1, net_minor: 0, net_minor_change: 0 },
  ],
};

describe("migration", () => {
  const said = { isNew: "New", isGone: "Gone" };
  it("flows from one side to the other, so that there are no circles", () => {
    const { nodes, links } = migrationFlows(migration, { ...said, hasStayed: false });
    expect(links).toEqual([
      { source: "from:a", target: "to:b", value: 3 },
      { source: "from:", target: "to:a", value: 2 },
      { source: "from:b", target: "to:", value: 1 },
    ]);
    expect(Object.fromEntries(nodes.map((node) => [node.name, [node.label, node.depth]]))).toMatchObject({ "from:": ["New", 0], "to:": ["Gone", 1], "from:a": ["A", 0], "to:a": ["A", 1] });
  });
  it("has everybody where everybody is asked for", () => expect(migrationFlows(migration, { ...said, hasStayed: true }).links).toContainEqual({ source: "from:a", target: "to:a", value: 10 }));
});

describe("clusters", () => {
  const told = (z: number | null) => ({ mean: 1, median: 1, z });
  const found = {
    ...head, features: ["orders", "same", "recency"],
    clusters: [
      { cluster_id: 0, name: "Zero", customers: 2, profile: { orders: told(0.5), same: told(null), recency: told(-2) } },
      { cluster_id: 1, name: "One", customers: 1, profile: { orders: told(-0.5), same: told(null), recency: told(1) } },
    ],
    points: [{ x: 1, y: 2, cluster: 1 }, { x: 3, y: 4, cluster: 7 }],
  } as unknown as Clusters;
  it("have their points, in their order", () => expect(pointsByCluster(found)).toEqual([{ name: "Zero", points: [] }, { name: "One", points: [[1, 2]] }]));
  it("are told apart by the features that differ most", () => expect(tellingFeatures(found)).toEqual(["recency", "orders"]));
  it("say which features weigh most", () => expect(heaviest({ a: 0.1, b: -0.9, c: 0.5 }, 2)).toEqual(["b", "c"]));
});

describe("a document that is not there", () => {
  it("is not ready yet, with the server's words", async () =>
    expect(await notYet(Promise.reject(new ApiError(404, { detail: "comes with the next run" }))).catch((error: ApiError) => [error.status, error.message])).toEqual([503, "comes with the next run"]));
  it("is nothing else than missing", async () => expect(await notYet(Promise.reject(new ApiError(403, {}))).catch((error: ApiError) => error.status)).toBe(403));
});

describe("a feature of clusters that is an amount", () => {
  it("is written and told in the currency", () => {
    expect(featureText(48_756, "net_per_occasion_minor", "GBP")).toBe("£487.56");
    expect([featureValue(48_756, "net_per_occasion_minor", "GBP"), featureUnit("net_per_occasion_minor", "GBP")]).toEqual([487.56, "GBP"]);
  });
  it("and no other is", () => {
    expect([featureText(3.456, "occasions", "GBP"), featureValue(3.456, "occasions", "GBP"), featureUnit("occasions", "GBP")]).toEqual(["3.46", 3.456, null]);
    expect(featureValue(null, "net_per_occasion_minor", "GBP")).toBeNull();
  });
});
