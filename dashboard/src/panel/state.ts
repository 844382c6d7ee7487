/** What a panel shows: one of these, and never nothing. */
import { ApiError } from "../api.ts";
import { texts } from "../texts/index.ts";
import { detailOf, isBeyondTheData, whyOf } from "./problem.ts";

export type Outcome<T> = { kind: "loading" } | { kind: "loaded"; answer: T } | { kind: "failed"; error: unknown };

export type State<T> =
  | { kind: "loading" }
  | { kind: "ready"; answer: T }
  | { kind: "empty" }
  | { kind: "not-enough"; why: string; headline?: string; detail?: string }
  | { kind: "forbidden"; why: string }
  | { kind: "signed-out" }
  | { kind: "not-ready"; why: string; detail: string }
  | { kind: "error"; why: string; detail: string };

/** Why there are no figures: for want of data, or, with a headline of its own, for a reason that no waiting mends. */
export type Why = string | { headline: string; why: string };

export interface Judges<T> {
  /** Say why the data do not suffice, or null. */
  enough?: ((answer: T) => Why | null) | undefined;
  isEmpty?: ((answer: T) => boolean) | undefined;
}

/** Judge an outcome. A judge that fails is an error of ours, shown as one. */
export function stateOf<T>(outcome: Outcome<T>, { enough, isEmpty }: Judges<T> = {}): State<T> {
  if (outcome.kind === "loading") return { kind: "loading" };
  if (outcome.kind === "failed") return stateOfError(outcome.error);
  try {
    const why = enough?.(outcome.answer) ?? null;
    if (why !== null) return { kind: "not-enough", ...(typeof why === "string" ? { why } : why) };
    return isEmpty?.(outcome.answer) ? { kind: "empty" } : { kind: "ready", answer: outcome.answer };
  } catch (error) {
    return stateOfError(error);
  }
}

export function stateOfError(error: unknown): Exclude<State<never>, { kind: "ready" | "loading" }> {
  if (!(error instanceof ApiError)) {
    return { kind: "error", why: texts.panel.bug, detail: error instanceof Error ? error.message : String(error) };
  }
  const why = whyOf(error);
  const detail = detailOf(error);
  switch (error.status) {
    case 400:
      return isBeyondTheData(error) ? { kind: "not-enough", headline: texts.panel.beyond, why, detail } : { kind: "error", why, detail };
    case 401:
      return { kind: "signed-out" };
    case 403:
      return { kind: "forbidden", why };
    case 503:
      return { kind: "not-ready", why, detail };
    default:
      return { kind: "error", why, detail };
  }
}

/** The words that a state is announced and headed with. */
export function headlineOf(state: State<unknown>): string {
  if (state.kind === "not-enough" && state.headline) return state.headline;
  const words: Record<State<unknown>["kind"], string> = {
    loading: texts.panel.loading,
    ready: "",
    empty: texts.panel.empty,
    "not-enough": texts.panel.notEnough,
    forbidden: texts.panel.forbidden,
    "signed-out": texts.panel.signedOut,
    "not-ready": texts.panel.notReady,
    error: texts.panel.error,
  };
  return words[state.kind];
}
