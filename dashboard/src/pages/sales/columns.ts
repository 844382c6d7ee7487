/** The figures of sales, as tables and axes write them. */
import { money, number } from "../../format.ts";
import type { Column, Row } from "../../panel/table.ts";
import { texts } from "../../texts/index.ts";

const words = texts.sales;

export const isMoney = (measure: string): boolean => measure.endsWith("_minor");
export const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);
export const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

export const COMPONENTS = ["sale_minor", "cancellation_minor", "refund_minor", "fee_minor"] as const;

export const NET: Column = { key: "net_minor", label: words.measures.net_minor, kind: "money" };
export const ORDERS: Column = { key: "orders", label: words.measures.orders, kind: "number" };
export const AOV: Column = { key: "aov_minor", label: words.measures.aov_minor, kind: "money" };
export const CUSTOMERS: Column = { key: "customers", label: words.measures.customers, kind: "number" };
export const LINES: Column = { key: "line_count", label: words.lines, kind: "number" };
export const PARTS: Column[] = (["sale_minor", "cancellation_minor", "refund_minor"] as const).map((key) => ({ key, label: words.components[key], kind: "money" }));
export const FEE: Column = { key: "fee_minor", label: words.components.fee_minor, kind: "money" };
export const ITEMS: Column[] = [
  { key: "items", label: words.items, kind: "number" },
  { key: "returned_items", label: words.returnedItems, kind: "number" },
];

/** How a measure is written, and on an axis. */
export function formatsOf(measure: string, currency: string): { format: (value: number) => string; axisFormat: (value: number) => string } {
  if (!isMoney(measure)) return { format: measure === "orders" ? texts.counts.orders : texts.counts.customers, axisFormat: (value) => number(value) };
  return { format: (value) => money(value, currency), axisFormat: (value) => money(value, currency, { isCompact: true }) };
}

/** Take the figures of columns out of a row. */
export function figuresOf(row: object, columns: readonly Column[]): Row {
  return Object.fromEntries(columns.map(({ key }) => [key, numberOf((row as Record<string, unknown>)[key])]));
}
