/** What a panel shows: one of these, and never nothing. */
import { ApiError } from "../api.ts";
import { texts } from "../texts/index.ts";

export type Outcome<T> = { kind: "loading" } | { kind: "loaded"; answer: T } | { kind: "failed"; error: unknown };

export type State<T> =
  | { kind: "loading" }
  | { kind: "ready"; answer: T }
  | { kind: "empty" }
  | { kind: "not-enough"; why: string }
  | { kind: "forbidden"; why: string }
  | { kind: "signed-out" }
  | { kind: "not-ready"; why: string; detail: string }
  | { kind: "error"; why: string; detail: string };

export interface Judges<T> {
  /** Say why the data do not suffice, or null. */
  enough?: ((answer: T) => string | null) | undefined;
  isEmpty?: ((answer: T) => boolean) | undefined;
}

/** Judge an outcome. A judge that fails is an error of ours, shown as one. */
export function stateOf<T>(outcome: Outcome<T>, { enough, isEmpty }: Judges<T> = {}): State<T> {
  if (outcome.kind === "loading") return { kind: "loading" };
  if (outcome.kind === "failed") return stateOfError(outcome.error);
  try {
    const why = enough?.(outcome.answer) ?? null;
    if (why !== null) return { kind: "not-enough", why };
    return isEmpty?.(outcome.answer) ? { kind: "empty" } : { kind: "ready", answer: outcome.answer };
  } catch (error) {
    return stateOfError(error);
  }
}

/** Rules of the API that the page's address breaks where it asks for what the data do not hold: to ask again is no help. */
const BEYOND_THE_DATA = ["not-kept", "one-of", "range"];

export function stateOfError(error: unknown): Exclude<State<never>, { kind: "ready" | "loading" }> {
  if (!(error instanceof ApiError)) {
    return { kind: "error", why: texts.panel.bug, detail: error instanceof Error ? error.message : String(error) };
  }
  const id = error.problem.request_id;
  const detail = id ? texts.panel.requestId(id) : "";
  switch (error.status) {
    case 0:
      return { kind: "error", why: texts.panel.unreachable, detail };
    case 400:
      return BEYOND_THE_DATA.includes(error.problem.rule ?? "") ? { kind: "not-enough", why: error.message } : { kind: "error", why: error.message, detail };
    case 401:
      return { kind: "signed-out" };
    case 403:
      return { kind: "forbidden", why: texts.panel.forbiddenHelp };
    case 429:
      return { kind: "error", why: texts.panel.tooMany(error.retryAfterSeconds ?? 1), detail };
    case 503:
      return { kind: "not-ready", why: error.message, detail };
    default:
      return { kind: "error", why: error.message, detail };
  }
}

/** The words that a state is announced and headed with. */
export function headlineOf(state: State<unknown>): string {
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
