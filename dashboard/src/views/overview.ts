/** What the overview computes of its answer. */
import type { Mark } from "../chart/options.ts";
import { major, minorDigits } from "../format.ts";
import type { Row } from "../panel/table.ts";
import { texts } from "../texts/index.ts";
import type { CalendarMark, Compared, Overview, TrendRow } from "../types.ts";

/** Lay the days of the calendar on the periods that hold them: one mark a period, named by what is in it. */
export function marksOn(rows: readonly TrendRow[], marks: readonly CalendarMark[], nameOf: (row: TrendRow) => string): Mark[] {
  return rows.flatMap((row) => {
    const names = namesIn(row, marks);
    const first = names[0];
    if (first === undefined) return [];
    return [{ x: nameOf(row), label: names.length > 1 ? texts.overview.moreMarks(first, names.length - 1) : first }];
  });
}

/** Return the names of the calendar's days within a period, each once. */
export function namesIn(row: TrendRow, marks: readonly CalendarMark[]): string[] {
  return [...new Set(marks.filter((mark) => row.start <= mark.day && mark.day <= row.end).map((mark) => mark.name))];
}

const FIGURES = ["net_minor", "orders", "aov_minor", "customers", "new_customers", "returning_customers"] as const;
const MONEY: readonly string[] = ["net_minor", "aov_minor"];

export type FigureKey = (typeof FIGURES)[number];

/** Return the figures as rows of a table, amounts in units of the currency since counts stand beside them. */
export function figureRows(found: Overview, labels: Record<FigureKey, string>): Row[] {
  const digits = minorDigits(found.currency);
  const amount = (value: number | null): number | null => (value === null ? null : Number(major(Math.round(value), found.currency).toFixed(digits)));
  return FIGURES.map((key) => {
    const { value, previous, change }: Compared = found[key];
    const isMoney = MONEY.includes(key);
    return {
      figure: labels[key],
      unit: isMoney ? found.currency : "",
      value: isMoney ? amount(value) : value,
      previous: isMoney ? amount(previous) : previous,
      change,
    };
  });
}
