/** What the page of sales asks the API. */
import { api, ApiError } from "../../api.ts";
import type { Days, Grain } from "../../filters.ts";
import type { Sales } from "../../types.ts";
import { type Chosen, COLUMN, type Kind, ofMonths, wholeMonths } from "../../views/sales.ts";

interface Params extends Days {
  by: string;
  grain?: string | undefined;
  [column: string]: string | undefined;
}

/** Ask for all pages of an answer. */
export async function wholeSales(params: Params): Promise<Sales> {
  let page = await api().sales({ ...params, limit: 1000 });
  const rows = [...page.rows];
  while (page.next_cursor !== null) {
    page = await api().sales({ ...params, limit: 1000, cursor: page.next_cursor });
    rows.push(...page.rows);
  }
  return { ...page, rows };
}

/** An answer that a run may keep no figures for, whatever the time. */
export interface Kept extends Sales {
  isKept: boolean;
}

/** Ask for the sales by a value in the months that hold a span; where there are none, whether there ever were. */
export async function breakdown(by: Kind, span: Days): Promise<Kept> {
  const found = await wholeSales({ by, ...wholeMonths(span) });
  const isKept = found.rows.length > 0 || (await wholeSales({ by })).rows.length > 0;
  return { ...found, isKept };
}

/** Ask for the months, quarters or years of one value. */
export async function periodsOf({ kind, value }: Chosen, span: Days, grain: Grain): Promise<Kept> {
  try {
    return { ...(await wholeSales({ by: "period", grain: ofMonths(grain), ...span, [COLUMN[kind]]: value })), isKept: true };
  } catch (error) {
    if (error instanceof ApiError && error.problem.rule === "not-kept") return NOT_KEPT;
    throw error;
  }
}

const NOT_KEPT: Kept = {
  isKept: false,
  generation: "", as_of: "", age_seconds: 0, currency: "",
  by: "period", grain: null, of: null, covers: { start: null, end: null },
  rows: [], next_cursor: null, totals: { net_minor: 0 }, shop_net_minor: 0,
};
