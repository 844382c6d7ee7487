import type { VNode } from "preact";
import { bars } from "../../chart/options.ts";
import { type Days, isDated, setParams } from "../../filters.ts";
import { Panel } from "../../panel/Panel.tsx";
import type { Column, Row } from "../../panel/table.ts";
import { currencyOf } from "../../panel/unit.ts";
import { texts } from "../../texts/index.ts";
import type { SalesRow } from "../../types.ts";
import { type Changes, COLUMN, into, type Kind } from "../../views/sales.ts";
import { breakdown, type Kept } from "./answers.ts";
import { AOV, CUSTOMERS, FEE, figuresOf, formatsOf, ITEMS, LINES, NET, ORDERS, PARTS, textOf } from "./columns.ts";
import { linkTo } from "./Trail.tsx";
import { monthsNote } from "../shared/months.ts";
import { sentences } from "../shared/sentences.ts";

const words = texts.sales;
const MOST_BARS = 12;

const FIGURES: Record<Kind, readonly Column[]> = {
  country: [NET, ORDERS, AOV, CUSTOMERS, ...PARTS, FEE],
  category: [NET, { key: "products", label: words.products, definition: words.productsDefinition, kind: "number" }, ...ITEMS, ...PARTS],
  product: [NET, ORDERS, CUSTOMERS, ...ITEMS, ...PARTS],
  channel: [NET, ORDERS, AOV, CUSTOMERS, ...PARTS, FEE],
  fee: [NET, LINES],
};
/** What a part of the time has no sum of. */
const OF_ALL_TIME = ["customers", "products"];

/** Why there is nothing, where a shop has no such thing at all. */
const NOTHING: Partial<Record<Kind, string>> = { category: texts.overview.noCategories, fee: words.noFees };

export interface BreakdownProps extends Days {
  of: Kind;
  size: "full" | "half";
  /** Only products of this category. */
  category?: string;
  controls?: VNode | false;
  /** What the page is narrowed to, and these figures are not, but for the category. */
  besides: string | null;
}

/** Sales by a value in the months that hold the chosen days, the greatest first: bars of the first ones, all in the table. */
export function Breakdown({ of, size, category = "", controls, besides, start, end }: BreakdownProps): VNode {
  const isPart = isDated({ start, end });
  const columns = FIGURES[of].filter((column) => !isPart || !OF_ALL_TIME.includes(column.key));
  const keeps = (row: SalesRow): boolean => category === "" || row.category === category;
  const shown = (found: Kept): SalesRow[] => found.rows.filter(keeps);
  const charted = (found: Kept): SalesRow[] => shown(found).filter((row) => !row.is_rest).slice(0, MOST_BARS);
  const changesOf = (row: SalesRow | Row | undefined): Changes | null => {
    const value = row && !row.is_rest ? textOf(row[COLUMN[of]]) : null;
    return value === null ? null : into(of, value);
  };
  return (
    <Panel
      title={words.by[of]}
      definition={words.byDefinition[of]}
      unit={currencyOf}
      load={() => breakdown(of, { start, end })}
      deps={[of, start, end, category]}
      size={size}
      height={380}
      controls={controls}
      enough={(found) => (found.isKept || NOTHING[of] === undefined ? null : { headline: texts.panel.empty, why: NOTHING[of] })}
      isEmpty={(found) => shown(found).length === 0}
      chart={(found) =>
        bars({
          names: charted(found).map((row) => nameOf(of, row)),
          series: [{ name: words.measures.net_minor, values: charted(found).map((row) => row.net_minor) }],
          ...formatsOf("net_minor", found.currency),
          isHorizontal: true,
        })
      }
      onPick={({ dataIndex }, found) => {
        const changes = changesOf(charted(found)[dataIndex]);
        if (changes) setParams(changes, { replace: false });
      }}
      rows={(found) => ({
        columns: [
          { key: "shown", label: words.names[of], href: (row) => { const changes = changesOf(row); return changes && linkTo(changes); } },
          ...(of === "product" ? [{ key: "product_id", label: words.productId }, { key: "category", label: words.names.category }] : []),
          ...columns,
        ],
        rows: shown(found).map((row) => ({
          shown: nameOf(of, row), [COLUMN[of]]: textOf(row[COLUMN[of]]), category: textOf(row.category), is_rest: row.is_rest ?? false,
          ...figuresOf(row, columns),
        })),
      })}
      note={(found) => {
        const named = shown(found).filter((row) => !row.is_rest).length;
        const hasRest = found.rows.some((row) => row.is_rest);
        return sentences(
          category === "" && besides !== null ? words.ofAll(besides) : null,
          monthsNote({ start, end }),
          hasRest ? (category === "" ? words.leaders : words.leadersOfCategory)(found.rows.filter((row) => !row.is_rest).length, words.plural[of]) : null,
          named > MOST_BARS ? words.chartShows(MOST_BARS, named) : null,
          words.into[of],
        );
      }}
      csvName={`sales-by-${of}`}
    />
  );
}

function nameOf(of: Kind, row: SalesRow): string {
  if (row.is_rest) return texts.table.rest;
  const value = textOf(row[COLUMN[of]]);
  return (of === "product" ? (textOf(row.name) ?? value) : value) ?? texts.table.unknown;
}
