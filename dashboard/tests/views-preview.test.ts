import { describe, expect, it } from "vitest";
import { Api } from "../src/api.ts";
import { cellText, kindOf, toCsv } from "../src/panel/table.ts";
import type { RecommendationPreview, RecommendedItem } from "../src/types.ts";
import { originOf, sentencesOf, sentencesOfPreview, tableOfProducts } from "../src/views/preview.ts";

const mug: RecommendedItem = {
  product_id: "a/b", name: "Slash mug", price_minor: 300, category: "Kitchen > Mugs", in_stock: true, score: 0.42424,
  rung: "user", reason: { kind: "bought_together", text: "40% of the customers who bought Plate also bought this" },
};
const cup: RecommendedItem = { ...mug, product_id: "=1+1", name: "Cup", price_minor: null, category: "", in_stock: null, rung: "popular", reason: { kind: "popular", text: "3 customers bought this" } };
const answer: RecommendationPreview = {
  user_id: "17850", k: 2, rung: "user", items: [mug, cup], model: { name: "ease", version: "run-1" }, experiment: null, personal: true,
  generation: "run-1", as_of: "2026-01-10T11:00:00+00:00", age_seconds: 7200, currency: "GBP", stock_as_of: "2026-01-10T12:30:00+00:00", stock_age_seconds: 1800,
  is_preview: true, has_own_list: true,
};
const first = (changes: Partial<RecommendationPreview>): string | undefined => sentencesOfPreview({ ...answer, ...changes })[0];

describe("where a product comes from", () => {
  it.each([
    [{}, "Customer's own list"],
    [{ rung: "popular" }, "Popular"],
    [{ rung: "a later rung" }, "a later rung"],
    [{ pinned: true }, "Pinned by a rule"],
    [{ promoted: true, rung: "popular" }, "Promoted by a rule"],
  ])("%j is %s", (changes, name) => expect(originOf({ ...mug, ...changes })).toBe(name));
});

describe("the rows of an answer", () => {
  const table = tableOfProducts(answer.items);
  it("count places from 1, in the order of the answer", () => expect(table.rows.map((row) => [row["place"], row["product_id"]])).toEqual([[1, "a/b"], [2, "=1+1"]]));
  it("have a column for each of their fields, and no other", () => expect(table.columns.map((column) => column.key)).toEqual(Object.keys(table.rows[0] ?? {})));
  it("go to the product's figures, odd ids too", () => expect(table.rows.map((row) => table.columns[1]?.href?.(row))).toEqual(["/sales?product=a%2Fb", "/sales?product=%3D1%2B1"]));
  it("say a missing price and an unknown stock as missing", () => {
    const [, row = {}] = table.rows;
    const told = table.columns.map((column) => cellText(row, column, kindOf(column, table.rows), "GBP"));
    expect([told[4], told[5]]).toEqual(["–", "–"]);
  });
  it("are safe in a spreadsheet", () =>
    expect(toCsv(table, "GBP").split("\r\n").slice(0, 3)).toEqual([
      "Place,Product,Product id,Category,Price (GBP),In stock,From,Why,Score",
      "1,Slash mug,a/b,Kitchen > Mugs,3.00,true,Customer's own list,40% of the customers who bought Plate also bought this,0.42424",
      "2,Cup,'=1+1,,,,Popular,3 customers bought this,0.42424",
    ]));
});

describe("for whom a preview is", () => {
  it("is a customer with a list", () => expect(first({})).toBe("The live run keeps a list for this customer."));
  it("is an id for which no list is kept", () => expect(first({ user_id: "a/b 50%", has_own_list: false })).toMatch(/^No list is kept for a\/b 50%: /));
  it.each([
    ["first", /^This customer's arm of an experiment shows no/],
    ["holdout", /^The permanent holdout gives this customer no/],
  ])("is a customer who gets nothing by %s, whatever is kept", (experiment_id, said) => {
    for (const has_own_list of [true, false, null]) {
      expect(first({ control: true, items: [], has_own_list, personal: false, experiment: { experiment_id, arm: "a" } })).toMatch(said);
    }
  });
  it("is a customer whose arm is not personal", () => expect(first({ personal: false })).toBe("The customer's arm shows nothing personal."));
  it("is a guest", () => expect(first({ user_id: null, personal: false, has_own_list: null })).toBe("For a guest: no customer is named."));
  it("is not known while the store is down", () => expect(first({ has_own_list: null, degraded: true })).toBe("Whether a list is kept for this customer could not be read."));
});

describe("what an answer stands on", () => {
  it("is its model and the age of its data and of the stock", () =>
    expect(sentencesOf(answer)).toEqual(["Model ease of run-1.", "Learned from data that end 2 hours ago.", "Prices and stock are 30 minutes old."]));
  it("is an experiment's arm, and what that lacks", () =>
    expect(sentencesOf({ experiment: { experiment_id: "first", arm: "b" }, arm_fallback: true })).toEqual([
      "Experiment first, arm b.", "What is live lacks the lists of this arm, so the live model's are shown.",
    ]));
  it("calls the holdout no experiment", () => expect(sentencesOf({ experiment: { experiment_id: "holdout", arm: "holdout" } })).toEqual([]));
  it("is memory, while the store is down", () => expect(sentencesOf({ degraded: true })).toEqual(["The store could not be read, so what is popular came from memory."]));
  it("tells that few are eligible, or that no stock was uploaded", () =>
    expect(sentencesOf({ eligible: 1, stock_age_seconds: null })).toEqual(["Only 1 product passes.", "The shop has uploaded no stock."]));
  it("says nothing of what the answer does not say", () => expect(sentencesOf({})).toEqual([]));
});

describe("asking for a preview", () => {
  async function urlFor(params: Parameters<Api["preview"]>[0]): Promise<string> {
    let asked = "";
    const fetcher = ((url: string, init: RequestInit) => {
      asked = `${url} ${new Headers(init.headers).get("Authorization")} ${new Headers(init.headers).get("x-api-key")}`;
      return Promise.resolve(new Response(JSON.stringify(answer)));
    }) as typeof fetch;
    await new Api({ base: "/api/v1", token: () => Promise.resolve("id-token"), browserKey: "key", fetcher }).preview(params);
    return asked;
  }
  it("takes who is signed in, and no key", async () =>
    expect(await urlFor({ customer_id: "a/b 50%", k: 12 })).toBe("/api/v1/analytics/customers/recommendations?customer_id=a%2Fb+50%25&k=12 id-token null"));
  it("of a guest names nobody", async () => expect(await urlFor({ customer_id: null, country: "", k: "5" })).toBe("/api/v1/analytics/customers/recommendations?k=5 id-token null"));
});
