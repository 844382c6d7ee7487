/** The public API as the page asks it: reads are shared for a minute, refusals are one kind of error. */
import type { Cohorts, Customer, Dimension, Drift, Effectiveness, ExperimentResults, Experiments, Head, Members, Models, Performance, Problem, RecommendationPreview, RolledBack, Sales, Scorecard, Segments, Status, Timeline } from "./types.ts";
import { CognitoError } from "./auth/cognito.ts";
import type { Days } from "./filters.ts";
import { createStore } from "./store.ts";
import { texts } from "./texts/index.ts";
import { inOurWords } from "./views/said.ts";

/** The API refused, or could not be reached (`status` 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly problem: Partial<Problem>;
  readonly retryAfterSeconds: number | null;
  constructor(status: number, problem: Partial<Problem>, retryAfterSeconds: number | null = null, cause?: unknown) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`, { cause });
    this.status = status;
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type Param = string | number | boolean | null | undefined | readonly string[];
export type Params = Record<string, Param>;

export interface Options {
  /** "token" (default) is the signed-in user; "key" the public key of the browser plan. */
  as?: "token" | "key";
}

export interface Doors {
  base: string;
  token(isFresh?: boolean): Promise<string | null>;
  browserKey?: string | undefined;
  fetcher?: typeof fetch;
  now?: () => number;
}

const FRESH_MS = 60_000;
const MOST_KEPT = 200;

interface Held {
  answer: Promise<unknown>;
  at: number;
}

export class Api {
  readonly #doors: Doors;
  readonly #held = new Map<string, Held>();

  constructor(doors: Doors) {
    this.#doors = doors;
  }

  /** Ask for anything by its path below `/api/v1`. The same question within a minute is asked once. */
  get<T>(path: string, params: Params = {}, options: Options = {}): Promise<T> {
    const url = urlOf(this.#doors.base, path, params);
    const key = JSON.stringify([url, options]);
    const held = this.#held.get(key);
    const now = (this.#doors.now ?? Date.now)();
    if (held && now - held.at < FRESH_MS) return held.answer as Promise<T>;
    const answer = this.#ask<T>("GET", url, options);
    this.#held.delete(key);
    this.#held.set(key, { answer, at: now });
    const oldest = this.#held.keys().next();
    if (this.#held.size > MOST_KEPT && !oldest.done) this.#held.delete(oldest.value);
    answer.catch(() => {
      if (this.#held.get(key)?.answer === answer) this.#held.delete(key);
    });
    return answer;
  }

  /** Change something. What was read before is forgotten. */
  async send<T>(method: "POST", path: string, body?: unknown): Promise<T> {
    try {
      return await this.#ask<T>(method, urlOf(this.#doors.base, path, {}), {}, body);
    } finally {
      this.forget();
    }
  }

  /** Walk the pages of a list until it ends or `most` rows are there, and say whether it goes on. */
  async walk<T extends { next_cursor: string | null }, R>(path: string, params: Params, rowsOf: (page: T) => readonly R[], most: number): Promise<{ rows: R[]; isCut: boolean }> {
    const rows: R[] = [];
    let cursor: string | null = null;
    do {
      const page: T = await this.get<T>(path, { ...params, cursor });
      rows.push(...rowsOf(page));
      cursor = page.next_cursor;
    } while (cursor !== null && rows.length < most);
    return { rows: rows.slice(0, most), isCut: cursor !== null || rows.length > most };
  }

  /** Return the rows of all pages of a list, `most` of them at most. */
  async all<T extends { next_cursor: string | null }, R>(path: string, params: Params, rowsOf: (page: T) => readonly R[], most = 100_000): Promise<R[]> {
    return (await this.walk(path, params, rowsOf, most)).rows;
  }

  /** Ask anew from now on, as after a sign-out. */
  forget(): void {
    this.#held.clear();
    shop.set(null);
  }

  /** One of country, channel, category, product_id and fee narrows periods to one value. */
  sales(params: Params = {}): Promise<Sales> {
    return this.get("/analytics/sales", params);
  }
  cohorts(params: { grain?: string | undefined; measure?: string; by_country?: boolean; country?: string | undefined } = {}): Promise<Cohorts> {
    return this.get("/analytics/cohorts", params);
  }
  segments(params: { method?: string } = {}): Promise<Segments> {
    return this.get("/segments", params);
  }
  performance(params: { method?: string } = {}): Promise<Performance> {
    return this.get("/analytics/segments/performance", params);
  }
  members(segmentId: string, params: { method?: string; limit?: number; cursor?: string } = {}): Promise<Members> {
    return this.get("/segments/customers", { segment_id: segmentId, ...params });
  }
  /** Everything that the live run says of a customer. */
  customer(customerId: string): Promise<Customer> {
    return this.get("/customers", { customer_id: customerId });
  }
  journey(customerId: string, params: { limit?: number; cursor?: string } = {}): Promise<Timeline> {
    return this.get("/analytics/customers/journey", { customer_id: customerId, ...params });
  }
  /** What the storefront would get for a customer, or without an id for a guest; counts as no impression. */
  preview(params: { customer_id?: string | null; k?: number | string; country?: string | null; category?: string | null } = {}): Promise<RecommendationPreview> {
    return this.get("/analytics/customers/recommendations", params);
  }
  /** Of the whole report, or of the days of it that are chosen. */
  effectiveness(by: Dimension, days: Days = {}): Promise<Effectiveness> {
    return this.get("/analytics/recommendations/effectiveness", { by, ...days });
  }
  recommendationMetrics(): Promise<Scorecard> {
    return this.get("/analytics/recommendations/metrics");
  }
  drift(): Promise<Drift> {
    return this.get("/analytics/drift");
  }
  experiments(): Promise<Experiments> {
    return this.get("/experiments");
  }
  experimentResults(experimentId: string): Promise<ExperimentResults> {
    return this.get("/experiments/results", { experiment_id: experimentId });
  }
  models(params: { model?: string; released?: boolean; limit?: number } = {}): Promise<Models> {
    return this.get("/models", params);
  }
  rollBack(family: "recommendations" | "segments", runId?: string): Promise<RolledBack> {
    return this.send("POST", "/models/rollback", { family, ...(runId ? { run_id: runId } : {}) });
  }
  /** The newest runs, or those that ended on the days that are chosen. */
  status(days: Days = {}): Promise<Status> {
    return this.get("/status", { ...days });
  }

  async #ask<T>(method: string, url: string, options: Options, body?: unknown): Promise<T> {
    let answer = await this.#once(method, url, options, body, false);
    if (answer.status === 401 && options.as !== "key") answer = await this.#once(method, url, options, body, true);
    if (!answer.ok) throw await refusal(answer);
    const found = inOurWords((answer.status === 204 ? null : await answer.json()) as T);
    if (method === "GET") noteHead(url.slice(this.#doors.base.length), found);
    return found;
  }

  async #once(method: string, url: string, options: Options, body: unknown, isFresh: boolean): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (options.as === "key") {
      headers["x-api-key"] = this.#doors.browserKey ?? "";
    } else {
      const token = await this.#token(isFresh);
      if (token === null) throw new ApiError(401, {});
      headers["Authorization"] = token;
    }
    const init: RequestInit = { method, headers, credentials: "omit", cache: "no-cache" };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(body);
    }
    return this.#reach(() => (this.#doors.fetcher ?? fetch)(url, init));
  }

  async #token(isFresh: boolean): Promise<string | null> {
    try {
      return await this.#reach(() => this.#doors.token(isFresh));
    } catch (error) {
      if (error instanceof CognitoError) throw new ApiError(502, { words: texts.signIn.errors.other(error.code) }, null, error);
      throw error;
    }
  }

  async #reach<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof TypeError) throw new ApiError(0, {}, null, error);
      throw error;
    }
  }
}

/** Write a URL; null, undefined and "" leave a parameter out, a list repeats it. */
export function urlOf(base: string, path: string, params: Params): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === null || value === undefined || value === "") continue;
    if (Array.isArray(value)) for (const each of value as readonly string[]) query.append(name, each);
    else query.append(name, String(value));
  }
  const text = query.toString();
  return base + path + (text ? `?${text}` : "");
}

async function refusal(answer: Response): Promise<ApiError> {
  const seconds = Number(answer.headers.get("Retry-After") ?? Number.NaN);
  let problem: Partial<Problem> = {};
  try {
    const found: unknown = await answer.json();
    if (typeof found === "object" && found !== null) problem = found as Partial<Problem>;
  } catch {
    // A gateway's own refusal may hold no JSON: its status says enough.
  }
  return new ApiError(answer.status, problem, Number.isFinite(seconds) ? seconds : null);
}

/** What the latest answer about segments and sales said of the shop: its currency and what the data reach up to. */
export const shop = createStore<Pick<Head, "currency" | "as_of"> | null>(null);

/** What is answered from the live run of the segments; other runs may be older or newer. */
const OF_SEGMENTS = /^\/(segments|customers$|customers\?|analytics\/(overview|sales|cohorts|journeys|customers\/journey|segments\/(performance|map|clusters|products|migration)))/;

function noteHead(path: string, answer: unknown): void {
  const head = headOf(answer);
  if (!head || !OF_SEGMENTS.test(path)) return;
  const known = shop.get();
  if (head.as_of !== known?.as_of || head.currency !== known.currency) shop.set({ currency: head.currency, as_of: head.as_of });
}

/** Return the head that answers of analytics begin with, where an answer has one. */
export function headOf(answer: unknown): Head | null {
  if (typeof answer !== "object" || answer === null) return null;
  const found = answer as Partial<Head>;
  return typeof found.currency === "string" && typeof found.as_of === "string" ? (found as Head) : null;
}

let current: Api | null = null;

export function setApi(api: Api): void {
  current = api;
}

/** The API of this page; there from the first drawing on. */
export function api(): Api {
  if (!current) throw new Error("the API is asked before main.tsx has set it; call api() in load, not while importing");
  return current;
}
