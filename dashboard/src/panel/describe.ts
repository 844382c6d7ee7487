/** What a screen reader hears of a chart: the first figures of its table. */
import { texts } from "../texts/index.ts";
import { cellText, type Column, isNumeric, kindOf, type Row, shownColumns, type Table } from "./table.ts";

const MOST_ROWS = 5;
const MOST_FIGURES = 3;
const MOST_NAMES = 2;

export interface Described {
  title: string;
  unit: string | undefined;
  table: Table;
  currency: string;
  /** Keys of the columns that the chart shows; the first columns of figures without it. */
  shows?: readonly string[] | undefined;
}

/** Tell a chart in words: title and unit, how many rows there are, and the figures of the first ones. */
export function describe({ title, unit, table, currency, shows }: Described): string {
  const { rows } = table;
  const columns = shownColumns(table);
  const kinds = new Map(columns.map((column) => [column, kindOf(column, rows)]));
  const figures = columns.filter((column) => isNumeric(kinds.get(column) ?? "text"));
  const told = (shows ? figures.filter(({ key }) => shows.includes(key)) : figures).slice(0, MOST_FIGURES);
  const names = leading(columns, (column) => !figures.includes(column)).filter((column) => kinds.get(column) === "text").slice(0, MOST_NAMES);
  const write = (row: Row, column: Column): string => cellText(row, column, kinds.get(column) ?? "text", currency);
  const lines = rows.slice(0, MOST_ROWS).map((row) =>
    texts.chart.line(
      names.filter(({ key }) => typeof row[key] === "string" && row[key] !== "").map((column) => write(row, column)),
      told.map((column) => texts.chart.told(column.unit ? `${column.label} (${column.unit})` : column.label, write(row, column))),
    ),
  );
  return texts.chart.described(title, unit, rows.length, lines, rows.length - lines.length);
}

/** Return the first columns, up to one that is none of those asked for. */
function leading(columns: readonly Column[], is: (column: Column) => boolean): Column[] {
  const end = columns.findIndex((column) => !is(column));
  return columns.slice(0, end < 0 ? columns.length : end);
}
