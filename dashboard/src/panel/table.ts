/** The rows behind a panel: what its table shows and its CSV file holds. */
import { day, instant, minorDigits, money, number, percent, plainMoney } from "../format.ts";
import { texts } from "../texts/index.ts";

export type Cell = string | number | boolean | null | undefined;
export type Row = Record<string, Cell>;

/** How a column is written. Money is in minor units, a percentage a share (0.12); both are numbers in the rows. */
export type ColumnKind = "text" | "number" | "money" | "percent" | "day" | "instant";

export interface Column {
  key: string;
  label: string;
  unit?: string;
  /** What the figure means; of a column without it the glossary knows, or nobody. */
  definition?: string;
  /** "text" by default; "number" where the first value that is there is a number. */
  kind?: ColumnKind;
  /** Digits after the point, of numbers and percentages. */
  digits?: number;
  /** An amount where the row's `unit` is the currency, whose digits it has then. */
  isInRowsUnit?: boolean;
  /** Whether only the CSV file has it, as what would make the table too wide. */
  isInFileOnly?: boolean;
  /** Where a cell leads to. */
  href?: (row: Row) => string | null;
}

export interface Table {
  columns: Column[];
  rows: Row[];
}

export function kindOf(column: Column, rows: readonly Row[]): ColumnKind {
  if (column.kind) return column.kind;
  const first = rows.find((row) => row[column.key] !== null && row[column.key] !== undefined);
  return first && typeof first[column.key] === "number" ? "number" : "text";
}

export function isNumeric(kind: ColumnKind): boolean {
  return kind === "number" || kind === "money" || kind === "percent";
}

/** Return the columns that a table shows. */
export function shownColumns({ columns }: Table): Column[] {
  return columns.filter((column) => !column.isInFileOnly);
}

/** Write a cell for a person. */
export function cellText(row: Row, column: Column, kind: ColumnKind, currency: string): string {
  const value = row[column.key];
  if (value === null || value === undefined || value === "") return texts.none;
  if (typeof value === "boolean") return value ? texts.table.yes : texts.table.no;
  if (typeof value === "number") {
    if (kind === "money") return money(value, currency);
    if (kind === "percent") return percent(value, column.digits ?? 1);
    if (column.isInRowsUnit && row["unit"] === currency) return number(value, minorDigits(currency), minorDigits(currency));
    return number(value, column.digits ?? (Number.isInteger(value) ? 0 : 2));
  }
  if (kind === "day") return day(value);
  return kind === "instant" ? instant(value) : value;
}

const GLOSSARY: Record<string, string | undefined> = texts.glossary;

/** Return what a column's figure means; null of names, ids and days, which need no word. */
export function definitionOf(column: Column): string | null {
  return (column.definition ?? GLOSSARY[column.key]) || null;
}

/** The heading of a column with its unit: `Net revenue (GBP)`. */
export function heading(column: Column, kind: ColumnKind, currency: string): string {
  const unit = column.unit ?? (kind === "money" ? currency : kind === "percent" ? "%" : "");
  return unit ? `${column.label} (${unit})` : column.label;
}

/** Order rows by a column; what is missing comes last either way, equal rows stay as they were. */
export function sorted(rows: readonly Row[], key: string, isDescending: boolean): Row[] {
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [a[key], b[key]];
    const [hasLeft, hasRight] = [left ?? null, right ?? null].map((value) => value !== null);
    if (!hasLeft || !hasRight) return Number(hasRight) - Number(hasLeft);
    if (typeof left === "number" && typeof right === "number") return sign * (left - right);
    return sign * String(left).localeCompare(String(right), texts.locale, { numeric: true });
  });
}

/** Write a table as CSV (RFC 4180). Amounts are exact decimals, percentages per cent, missing cells empty. */
export function toCsv(table: Table, currency: string): string {
  const kinds = table.columns.map((column) => kindOf(column, table.rows));
  const head = table.columns.map((column, at) => csvCell(heading(column, kinds[at] ?? "text", currency)));
  const body = table.rows.map((row) => table.columns.map((column, at) => csvCell(plain(row[column.key], kinds[at] ?? "text", currency))));
  return [head, ...body].map((cells) => `${cells.join(",")}\r\n`).join("");
}

function plain(value: Cell, kind: ColumnKind, currency: string): Cell {
  if (typeof value !== "number") return value;
  if (kind === "money") return plainMoney(value, currency);
  return kind === "percent" ? Number((value * 100).toPrecision(12)) : value;
}

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const FORMULA = /^[=+\-@\t\r\n]/;

/** Write one cell: a text that a spreadsheet would take for a formula gets an apostrophe before it. */
export function csvCell(value: Cell): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
