import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { texts } from "../texts/index.ts";
import { Definition } from "./Definition.tsx";
import { cellText, type Column, type ColumnKind, definitionOf, heading, isNumeric, kindOf, type Row, shownColumns, sorted, type Table } from "./table.ts";

export interface DataTableProps {
  table: Table;
  /** What it is a table of, for a screen reader. */
  caption: string;
  currency: string;
  rowsPerPage?: number;
}

/** Characters from which on a cell is a sentence, which needs room. */
const LONG = 48;

interface Order {
  key: string;
  isDescending: boolean;
}

/** A table that sorts by a click on a heading and comes in pages. */
export function DataTable({ table, caption, currency, rowsPerPage = 25 }: DataTableProps): VNode {
  const [order, setOrder] = useState<Order | null>(null);
  const [page, setPage] = useState(0);
  const columns = shownColumns(table);
  const leftOut = table.columns.filter((column) => column.isInFileOnly);
  const kinds = columns.map((column) => kindOf(column, table.rows));
  const rows = order ? sorted(table.rows, order.key, order.isDescending) : table.rows;
  const pages = Math.max(1, Math.ceil(rows.length / rowsPerPage));
  const current = Math.min(page, pages - 1);
  const shown = rows.slice(current * rowsPerPage, (current + 1) * rowsPerPage);

  function sortBy(column: Column, kind: ColumnKind): void {
    const isDescending = order?.key === column.key ? !order.isDescending : isNumeric(kind);
    setOrder({ key: column.key, isDescending });
    setPage(0);
  }

  return (
    <div class="table">
      <div class="table-scroll" role="group" aria-label={caption} tabIndex={0}>
        <table>
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column, at) => {
                const kind = kinds[at] ?? "text";
                const isSorted = order?.key === column.key;
                const name = heading(column, kind, currency);
                const definition = definitionOf(column);
                return (
                  // The label keeps the definition out of what a screen reader says with each cell.
                  <th key={column.key} scope="col" class={isNumeric(kind) ? "numeric" : undefined} aria-label={name} aria-sort={isSorted ? (order.isDescending ? "descending" : "ascending") : "none"}>
                    <button type="button" class="sort" onClick={() => sortBy(column, kind)}>
                      {name}
                      <span aria-hidden="true">{isSorted ? (order.isDescending ? " ↓" : " ↑") : ""}</span>
                    </button>{" "}
                    {definition !== null && <Definition of={column.label} text={definition} />}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, at) => (
              <tr key={at}>
                {columns.map((column, place) => (
                  <TableCell key={column.key} row={row} column={column} kind={kinds[place] ?? "text"} currency={currency} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {leftOut.length > 0 && <p class="note">{texts.table.inFileOnly(leftOut.map((column) => heading(column, kindOf(column, table.rows), currency)))}</p>}
      {pages > 1 && (
        <div class="pager">
          <button type="button" class="quiet" disabled={current === 0} onClick={() => setPage(current - 1)} aria-label={texts.table.previous}>
            ←
          </button>
          <span role="status">{texts.table.page(current + 1, pages)}</span>
          <button type="button" class="quiet" disabled={current === pages - 1} onClick={() => setPage(current + 1)} aria-label={texts.table.next}>
            →
          </button>
          <span class="muted">{texts.table.rows(rows.length)}</span>
        </div>
      )}
    </div>
  );
}

function TableCell({ row, column, kind, currency }: { row: Row; column: Column; kind: ColumnKind; currency: string }): VNode {
  const text = cellText(row, column, kind, currency);
  const to = column.href?.(row) ?? null;
  const shape = isNumeric(kind) ? "numeric" : kind === "day" || kind === "instant" ? "moment" : text.length > LONG ? "long" : undefined;
  return <td class={shape}>{to === null ? text : <a href={to}>{text}</a>}</td>;
}
