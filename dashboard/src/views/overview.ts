/** What the overview computes of its answer. */
import type { Mark } from "../chart/options.ts";
import { change as writeChange, day, major, minorDigits, money, percent } from "../format.ts";
import type { Row } from "../panel/table.ts";
import { texts } from "../texts/index.ts";
import type { CalendarMark, ChangeRow, Compared, Overview, TrendRow } from "../types.ts";
import { segmentName } from "./segments.ts";

/** Lay the days of the calendar on the periods that hold them: one mark a period, named by what is in it. */
export function marksOn(rows: readonly TrendRow[], marks: readonly CalendarMark[], nameOf: (row: TrendRow) => string): Mark[] {
  return rows.flatMap((row) => {
    const names = namesIn(row, marks);
    const first = names[0];
    if (first === undefined) return [];
    return [{ x: nameOf(row), label: names.length > 1 ? texts.overview.moreMarks(first, names.length - 1) : first }];
  });
}

/** Return the names of the calendar's days within a period, each once with its countries; without where it is everybody's. */
export function namesIn(row: Pick<TrendRow, "start" | "end">, marks: readonly CalendarMark[]): string[] {
  const within = marks.filter((mark) => row.start <= mark.day && mark.day <= row.end);
  return [...new Set(within.map((mark) => mark.name))].map((name) => {
    const countries = new Set(within.filter((mark) => mark.name === name).map((mark) => mark.country));
    return texts.overview.markOf(name, countries.has(null) ? [] : ([...countries] as string[]));
  });
}

/** Say what changed, with the figures that the change has. */
export function changeSentence({ kind, id, name, since, ...figures }: ChangeRow, found: Pick<Overview, "currency" | "period" | "aov_minor">): string {
  const said = texts.overview.said;
  const amount = (minor: number): string => money(Math.round(minor), found.currency);
  const [value, previous, share] = [figures.value ?? 0, figures.previous ?? 0, figures.change];
  const difference = value - previous;
  const [isMore, apart, before] = [difference > 0, amount(Math.abs(difference)), said.before(found.period.days)];
  switch (kind) {
    case "net_minor":
      return difference === 0 ? said.netSame(amount(value), before) : said.net(isMore, amount(value), apart, share === null ? null : percent(Math.abs(share)), before);
    case "orders": {
      const [worth, earlier] = [found.aov_minor.value, found.aov_minor.previous];
      const than = said.than(difference, before);
      if (worth === null || earlier === null) return said.orders(value, than);
      const more = Math.round(worth) - Math.round(earlier);
      return said.ordersWorth(value, than, amount(worth), amount(Math.abs(more)), more === 0 ? null : more > 0);
    }
    case "new_customers":
      return said.newCustomers(value, said.than(difference, before));
    case "returning_customers":
      return said.returning(value, said.than(difference, before));
    case "segment":
      return said.segment(segmentName("rfm", id ?? "", name), difference, value, since === undefined ? null : day(since));
    default:
      return said.brought(name, amount(value), apart, isMore, share === null ? null : writeChange(share), before);
  }
}

/** Say of how many countries, categories and products the changes are, where a run does not keep all; else null. */
export function keptNote(kept: Overview["kept"]): string | null {
  const words = texts.overview;
  const parts = (["countries", "categories", "products"] as const).flatMap((name) => {
    const found = kept[name];
    return found && found.kept < found.of ? [words.keptPart(found.kept, found.of, words.listed[name])] : [];
  });
  return parts.length > 0 ? words.keptParts(parts) : null;
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
