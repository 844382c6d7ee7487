import { expect, it } from "vitest";
import type { CohortCell, Cohorts } from "../src/types.ts";
import { averageOf, cellAt, cohortsOf, curveOf, offsetsOf, runningAt, spread, within } from "../src/views/cohorts.ts";

const cell = (offset: number, retention: number | null, is_running = false): CohortCell => ({
  offset, retention, is_running, active: retention === null ? null : retention * 10, net_minor: retention === null ? null : 100, cumulative_ltv_minor: retention === null ? null : (offset + 1) * 100.5,
});
const found: Cohorts = {
  generation: "g", as_of: "2011-04-15T00:00:00Z", age_seconds: 0, currency: "GBP", period: "month",
  cohorts: [
    { cohort: "2011-01", begins: "2011-01-01", customers: 10, periods: [cell(0, 1), cell(1, 0.4), cell(2, 0), cell(3, 0.1, true), cell(4, null)] },
    { cohort: "2011-03", begins: "2011-03-01", customers: 10, periods: [cell(0, 1), cell(1, 0.2, true), cell(2, null), cell(3, null), cell(4, null)] },
    { cohort: "2011-04", begins: "2011-04-01", customers: 10, periods: [cell(0, 1, true), cell(1, null), cell(2, null), cell(3, null), cell(4, null)] },
  ],
  average: [{ offset: 0, retention: 1, cumulative_ltv_minor: 100.5 }, { offset: 1, retention: 0.4, cumulative_ltv_minor: 201 }, { offset: 2, retention: 0, cumulative_ltv_minor: null }],
};
const cohorts = cohortsOf(found);
const [oldest, middle, newest] = cohorts as [(typeof cohorts)[0], (typeof cohorts)[0], (typeof cohorts)[0]];

it("the offsets end with the last period that has begun", () => expect([offsetsOf(cohorts), offsetsOf(cohorts, 1), offsetsOf([newest], 1), offsetsOf([])]).toEqual([[0, 1, 2, 3], [1, 2, 3], [], []]));
it("a period that has not begun is no cell, and one without a purchase is 0", () => expect([cellAt(middle, 2), cellAt(oldest, 2)?.retention, cellAt(oldest, 9)]).toEqual([null, 0, null]));
it("the running period is known, also where it is the first", () => expect(cohorts.map(runningAt)).toEqual([3, 1, 0]));
it("a curve ends before what is running", () => {
  expect(curveOf(oldest, [0, 1, 2, 3, 4], "retention")).toEqual([1, 0.4, 0, null, null]);
  expect(curveOf(oldest, [1, 2], "cumulative_ltv_minor")).toEqual([201, 301.5]);
});
it("the average is the API's, with gaps where it has none", () => expect(averageOf(found, [0, 1, 2, 3], "cumulative_ltv_minor")).toEqual([100.5, 201, null, null]));
it("curves are spread over cohorts with two whole periods", () => {
  expect(spread(cohorts, 6)).toEqual([oldest]);
  const many = Array.from({ length: 10 }, (_, at) => ({ ...oldest, cohort: String(at) }));
  expect(spread(many, 4).map((each) => each.cohort)).toEqual(["0", "3", "6", "9"]);
});
it("dates keep the periods that share a day with them", () => {
  const named = (grain: "week" | "month" | "quarter", range: { start?: string; end?: string }) => within(cohorts, grain, range).map((each) => each.cohort);
  expect(named("month", {})).toEqual(["2011-01", "2011-03", "2011-04"]);
  expect(named("month", { start: "2011-01-31" })).toEqual(["2011-01", "2011-03", "2011-04"]);
  expect(named("month", { start: "2011-02-01", end: "2011-03-31" })).toEqual(["2011-03"]);
  expect(named("month", { end: "2011-02-28" })).toEqual(["2011-01"]);
  expect(named("week", { start: "2011-03-07", end: "2011-03-31" })).toEqual(["2011-03"]);
  expect(named("week", { start: "2011-03-08", end: "2011-03-31" })).toEqual([]);
  expect(named("quarter", { start: "2011-03-31", end: "2011-03-31" })).toEqual(["2011-01", "2011-03"]);
});
