import { describe, expect, it } from "vitest";
import { binnedColumns, driftRows, fileOf, newestRuns, reasonsOnce, refusedByRule, whyOf } from "../src/views/health.ts";
import type { Drift, RunOf, UploadReport } from "../src/types.ts";

const upload = (table: string | null, ...rules: [string, number][]): UploadReport =>
  ({ table, refused_by_rule: rules.map(([rule, rows]) => ({ rule, rows, says: `${rule}!` })) }) as unknown as UploadReport;

describe("refused rows", () => {
  it("add up by table and rule, the most first", () =>
    expect(refusedByRule([upload("orders", ["date", 2], ["price", 9]), upload("orders", ["date", 3]), upload("products", ["date", 1]), upload(null)])).toEqual([
      { table: "orders", rule: "price", says: "price!", rows: 9, files: 1 },
      { table: "orders", rule: "date", says: "date!", rows: 5, files: 2 },
      { table: "products", rule: "date", says: "date!", rows: 1, files: 1 },
    ]));
  it("are of a file, whose folders nobody reads", () => expect([fileOf("raw/orders/a.csv"), fileOf("a.csv")]).toEqual(["a.csv", "a.csv"]));
});

describe("drift", () => {
  const part = (severity: number, value?: number) => ({ verdict: "ok", severity, measures: value === undefined ? [] : [{ measure: "psi", verdict: "ok", says: "it moved", value, threshold: 0.2 }] });
  const found = {
    features: [{ ...part(1.2, 0.1), column: "recency", bins: [{ bin: "0-7", reference: 0.5, current: 0.4 }] }],
    raw: [{ ...part(3.1, 0.5), column: "country", bins: [] }, { ...part(1.9, 0.3), column: "price", bins: [{ bin: "0", reference: 1, current: 1 }] }],
    segments: part(0), catalogue: part(2.5, 0.2), diversity: part(0), decay: part(0),
  } as unknown as Drift;
  it("comes the worst first, by its threshold", () =>
    expect(driftRows(found).slice(0, 3).map((row) => [row.part, row.column, row.times])).toEqual([["raw", "country", 2.5], ["catalogue", "", 1], ["raw", "price", 0.3 / 0.2]]));
  it("has no value where nothing was measured", () => expect(driftRows(found).at(-1)).toMatchObject({ value: null, times: null, says: "" }));
  it("is drawn of columns that have bins", () => expect(binnedColumns(found).map((column) => column.column)).toEqual(["price", "recency"]));
});

describe("runs", () => {
  const run = (run_id: string, began: string) => ({ run_id, began }) as RunOf;
  it("of all machines come the newest first", () =>
    expect(newestRuns({ training: [run("t2", "2011-12-03"), run("t1", "2011-12-01")], monitoring: [run("m1", "2011-12-02")] }).map((each) => [each.machine, each.run_id])).toEqual([["training", "t2"], ["monitoring", "m1"], ["training", "t1"]]));
});

describe("why a run came out as it did", () => {
  const run = { cause: "TooLarge: 6 order lines", reason: "", engine_reason: "One function carries 5 order lines, and there are 6 order lines." } as RunOf;
  it("is what its engine could not carry, where that ended it", () => expect(whyOf({ ...run, engine: "too_large" })).toBe(run.engine_reason));
  it("is its failure, else its gate's reason, else nothing", () =>
    expect([{ ...run, engine: "spark" }, { ...run, cause: "", reason: "best" }, { ...run, cause: "" }].map(whyOf)).toEqual([run.cause, "best", null]));
});

describe("why a run decided so", () => {
  const row = (model: string, version: string, reason: string) => ({ model, version, reason });
  it("stands with the first of its models, and the others name that one", () =>
    expect(reasonsOnce([row("als", "r2", "best"), row("svd", "r2", "best"), row("nmf", "r2", "failed"), row("als", "r1", "best"), row("svd", "r1", "")]).map((each) => each.reason)).toEqual([
      "best", "As for als of the same run.", "failed", "best", "",
    ]));
});
