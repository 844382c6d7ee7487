/** What a panel's figures are measured in. */
import type { Head } from "../types.ts";

/** A unit, or what gives the unit of an answer. */
export type Unit<T> = string | ((answer: T) => string);

/** Give the currency of an answer, for panels of amounts. */
export function currencyOf(answer: Pick<Head, "currency">): string {
  return answer.currency;
}

/** Return the unit; undefined where there is none, and while an answer that has it is not there. */
export function unitOf<T>(unit: Unit<T> | undefined, answer: T | undefined): string | undefined {
  if (typeof unit !== "function") return unit || undefined;
  return answer === undefined ? undefined : unit(answer) || undefined;
}
