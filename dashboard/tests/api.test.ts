import { describe, expect, it } from "vitest";
import { Api, ApiError, type Doors, shop, urlOf } from "../src/api.ts";
import { CognitoError } from "../src/auth/cognito.ts";
import { notYet } from "../src/pages/shared/notYet.ts";
import { headlineOf, stateOf, stateOfError } from "../src/panel/state.ts";
import { texts } from "../src/texts/index.ts";

interface Asked { url: string; method: string; headers: Headers }

function apiOf(answers: (() => Response | Error)[], more: Partial<Doors> = {}): { api: Api; asked: Asked[] } {
  const asked: Asked[] = [];
  const fetcher: typeof fetch = async (input, init) => {
    asked.push({ url: String(input), method: init?.method ?? "GET", headers: new Headers(init?.headers) });
    const answer = answers[Math.min(asked.length, answers.length) - 1]?.() ?? new Error("unasked");
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { api: new Api({ base: "https://api.example/api/v1", token: async (isFresh) => (isFresh ? "new" : "old"), fetcher, now: () => 0, ...more }), asked };
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) => (): Response => new Response(JSON.stringify(body), { status, headers });
const problem = (status: number, detail: string, headers = {}) => json({ type: "urn:x", title: "t", status, detail, request_id: "r-1" }, status, headers);
const failed = async (answers: (() => Response | Error)[], more: Partial<Doors> = {}): Promise<unknown> => apiOf(answers, more).api.get("/x").catch((error: unknown) => error);

describe("a question", () => {
  it("is written with its parameters encoded, without the missing", () =>
    expect(urlOf("https://a/api/v1", "/customers", { customer_id: "a/b&c", cursor: null, k: 0, persist: false, names: ["x", "y"], empty: "" })).toBe(
      "https://a/api/v1/customers?customer_id=a%2Fb%26c&k=0&persist=false&names=x&names=y"));
  it("carries the ID token", async () => {
    const { api, asked } = apiOf([json({})]);
    await api.get("/x");
    expect(asked[0]?.headers.get("Authorization")).toBe("old");
  });
  it("carries the browser key and no token where the storefront is played", async () => {
    const { api, asked } = apiOf([json({})], { browserKey: "k" });
    await api.get("/recommendations", {}, { as: "key" });
    expect([asked[0]?.headers.get("x-api-key"), asked[0]?.headers.get("Authorization")]).toEqual(["k", null]);
  });
  it("is asked once for all who ask it within a minute, and anew after a change", async () => {
    const { api, asked } = apiOf([json({ n: 1 })]);
    await Promise.all([api.get("/x", { a: 1 }), api.get("/x", { a: 1 })]);
    await api.get("/x", { a: 2 });
    expect(asked.length).toBe(2);
    await api.send("POST", "/models/rollback", { family: "segments" });
    await api.get("/x", { a: 1 });
    expect(asked.map((each) => each.method)).toEqual(["GET", "GET", "POST", "GET"]);
  });
  it("is asked anew after a failure", async () => {
    const { api } = apiOf([problem(500, "broken"), json({ n: 1 })]);
    await expect(api.get("/x")).rejects.toThrow("broken");
    expect(await api.get("/x")).toEqual({ n: 1 });
  });
  it("is repeated once with a new token after a 401", async () => {
    const { api, asked } = apiOf([problem(401, "expired"), json({ n: 1 })]);
    expect(await api.get("/x")).toEqual({ n: 1 });
    expect(asked.map((each) => each.headers.get("Authorization"))).toEqual(["old", "new"]);
  });
  it("walks all pages", async () => {
    const { api, asked } = apiOf([json({ rows: [1, 2], next_cursor: "c2" }), json({ rows: [3], next_cursor: null })]);
    expect(await api.all<{ rows: number[]; next_cursor: string | null }, number>("/x", { limit: 2 }, (page) => page.rows)).toEqual([1, 2, 3]);
    expect(asked[1]?.url).toContain("cursor=c2");
  });
  it("says of a walk that was ended early that there are more, and of as many as were wanted that there are not", async () => {
    const walked = (pages: { rows: number[]; next_cursor: string | null }[], most: number) =>
      apiOf(pages.map((page) => json(page))).api.walk<{ rows: number[]; next_cursor: string | null }, number>("/x", {}, (page) => page.rows, most);
    const [first, last] = [{ rows: [1, 2], next_cursor: "c2" }, { rows: [3, 4], next_cursor: null }];
    expect(await walked([first, last], 4)).toEqual({ rows: [1, 2, 3, 4], isCut: false });
    expect(await walked([first, last], 3)).toEqual({ rows: [1, 2, 3], isCut: true });
    expect(await walked([first, last], 2)).toEqual({ rows: [1, 2], isCut: true });
  });
  it("leaves behind the shop's currency and how far its data reach, as the latest answer says, also after a roll-back", async () => {
    const { api } = apiOf([json({ currency: "KWD", as_of: "2011-12-10T00:00:00Z" }), json({ currency: "KWD", as_of: "2011-12-03T00:00:00Z" })]);
    await api.get("/analytics/sales", { grain: "day" });
    expect(shop.get()).toEqual({ currency: "KWD", as_of: "2011-12-10T00:00:00Z" });
    await api.get("/customers", { customer_id: "1" });
    expect(shop.get()).toEqual({ currency: "KWD", as_of: "2011-12-03T00:00:00Z" });
    api.forget();
    expect(shop.get()).toBeNull();
  });
  it.each(["/analytics/recommendations/effectiveness", "/analytics/customers/recommendations", "/analytics/drift", "/experiments/results", "/analytics/segments/effects"])("of %s says nothing of how far the shop's data reach", async (path) => {
    shop.set(null);
    await apiOf([json({ currency: "KWD", as_of: "2012-01-01T00:00:00Z" })]).api.get(path);
    expect(shop.get()).toBeNull();
  });
});

describe("a refusal", () => {
  it.each([
    [400, "error", texts.said.problems.badRequest, "k is 51"],
    [404, "error", texts.said.problems.notFound, "no such customer"],
    [500, "error", texts.said.problems.failed, "broken"],
    [503, "not-ready", texts.said.problems.unavailable, "busy"],
  ])("of %d is the state %s in the page's words, with the API's below", async (status, kind, why, detail) =>
    expect(stateOfError(await failed([problem(status, detail)]))).toEqual({ kind, why, detail: `${detail} Request r-1` }));
  it("before the first run is told apart", async () =>
    expect(stateOfError(await failed([json({ type: "urn:problem-type:patronage:no-generation-yet", status: 503, detail: "no run" }, 503)]))).toEqual({ kind: "not-ready", why: texts.said.problems.noGeneration, detail: "no run" }));
  it("of a document that the live run lacks says that the next one brings it", async () =>
    expect(stateOfError(await notYet(Promise.reject(await failed([problem(404, "no map")]))).catch((error: unknown) => error))).toEqual({ kind: "not-ready", why: texts.said.problems.notYet, detail: "no map Request r-1" }));
  it.each(["not-kept", "one-of", "range"])("for the rule %s is a lack of data, which no retry mends", async (rule) =>
    expect(stateOfError(await failed([json({ type: "urn:x", title: "t", status: 400, detail: "before the first day", rule, request_id: "r-1" }, 400)]))).toEqual({ kind: "not-enough", headline: texts.panel.beyond, why: texts.said.problems.beyond[rule as "range"], detail: "before the first day Request r-1" }));
  it("of 403 is no permission", async () => expect(stateOfError(await failed([problem(403, "no")])).kind).toBe("forbidden"));
  it("of 401, twice, is signed out", async () => expect(stateOfError(await failed([problem(401, "no")])).kind).toBe("signed-out"));
  it("without any token is signed out, and asks nothing", async () => expect(stateOfError(await failed([], { token: async () => null })).kind).toBe("signed-out"));
  it("of the sign-in service, for the moment, is an error that may be tried again", async () => {
    const token = async (): Promise<string> => { throw new CognitoError("TooManyRequestsException", "slow down"); };
    expect(stateOfError(await failed([], { token }))).toMatchObject({ kind: "error", why: expect.stringContaining("TooManyRequestsException") as string });
  });
  it("of 429 says how long to wait", async () =>
    expect(stateOfError(await failed([problem(429, "slow", { "Retry-After": "7" })]))).toMatchObject({ kind: "error", why: "Too many questions at once. Try again in 7 seconds." }));
  it("of the network is told apart", async () => {
    const error = await failed([() => new TypeError("Failed to fetch")]);
    expect(error).toBeInstanceOf(ApiError);
    expect(stateOfError(error)).toMatchObject({ kind: "error", why: expect.stringContaining("cannot be reached") as string });
  });
  it("of a gateway may hold no JSON", async () => expect(stateOfError(await failed([() => new Response("<html>", { status: 504 })]))).toMatchObject({ kind: "error", why: texts.said.problems.failed, detail: "" }));
});

describe("an answer", () => {
  const loaded = (answer: number[]) => ({ kind: "loaded", answer }) as const;
  const judges = { enough: (rows: number[]) => (rows.length === 1 ? "one row is too few" : null), isEmpty: (rows: number[]) => rows.length === 0 };
  it.each([
    [[1, 2], { kind: "ready", answer: [1, 2] }],
    [[1], { kind: "not-enough", why: "one row is too few" }],
    [[], { kind: "empty" }],
  ])("of %j is %j", (rows, state) => expect(stateOf(loaded(rows), judges)).toEqual(state));
  it("may say why there is nothing under a headline of its own", () => {
    const told = stateOf(loaded([1]), { enough: () => ({ headline: "Not kept", why: "it is too old" }) });
    expect([told, headlineOf(told), headlineOf({ kind: "not-enough", why: "one row" })]).toEqual([{ kind: "not-enough", headline: "Not kept", why: "it is too old" }, "Not kept", texts.panel.notEnough]);
  });
  it("that a judge trips over is an error of ours", () =>
    expect(stateOf(loaded([1]), { isEmpty: () => { throw new Error("rows is undefined"); } })).toMatchObject({ kind: "error", detail: "rows is undefined" }));
});
