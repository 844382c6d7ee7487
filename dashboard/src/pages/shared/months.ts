/** Which months figures are of that are kept by month. */
import { day } from "../../format.ts";
import { texts } from "../../texts/index.ts";
import { type Span, wholeMonths } from "../../views/sales.ts";

const words = texts.sales;

/** Say which months the figures are of, where the chosen days are no whole ones. */
export function monthsNote(span: Span): string {
  const { start, end } = wholeMonths(span);
  if (!start && !end) return words.allTime;
  return (start !== span.start || end !== span.end ? words.widened : words.ofMonths)(start ? day(start) : null, end ? day(end) : null);
}
