/** Which months figures are of that are kept by month. */
import { type Days, isDated } from "../../filters.ts";
import { day } from "../../format.ts";
import { texts } from "../../texts/index.ts";
import { wholeMonths } from "../../views/sales.ts";

const words = texts.sales;

/** Say which months the figures are of, where the chosen days are no whole ones. */
export function monthsNote(span: Days): string {
  if (!isDated(span)) return words.allTime;
  const { start, end } = wholeMonths(span);
  return (start !== span.start || end !== span.end ? words.widened : words.ofMonths)(start ? day(start) : null, end ? day(end) : null);
}
