import type { VNode } from "preact";
import { trend } from "../../chart/options.ts";
import { type Days, type Grain, setParams } from "../../filters.ts";
import { day, money, number, period } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import { type Column, definitionOf } from "../../panel/table.ts";
import { currencyOf } from "../../panel/unit.ts";
import { texts } from "../../texts/index.ts";
import { Figure } from "../../ui/Figure.tsx";
import { type Chosen, into, type Kind, ofMonths, partRunning } from "../../views/sales.ts";
import { type Kept, periodsOf } from "./answers.ts";
import { AOV, CUSTOMERS, FEE, figuresOf, formatsOf, isMoney, ITEMS, LINES, NET, numberOf, ORDERS, PARTS, textOf } from "./columns.ts";
import { linkTo } from "./Trail.tsx";
import { sentences } from "../shared/sentences.ts";

const words = texts.sales;

const FIGURES: Record<Kind, readonly Column[]> = {
  country: [NET, ORDERS, AOV, CUSTOMERS, ...PARTS, FEE],
  category: [NET, ...ITEMS, ...PARTS],
  product: [NET, ORDERS, ...ITEMS, ...PARTS],
  channel: [NET, ORDERS, AOV, CUSTOMERS, ...PARTS, FEE],
  fee: [NET, LINES],
};

interface OneValueProps extends Days {
  chosen: Chosen;
  grain: Grain;
}

/** The months of one country, category, product, channel or fee, and what they add up to. */
export function OneValue({ chosen, start, end, grain }: OneValueProps): VNode {
  const { kind, value } = chosen;
  const columns = FIGURES[kind];
  const length = ofMonths(grain);
  return (
    <Panel
      title={words.ofValue(words.chosen(words.names[kind], value), texts.filters.grains[length])}
      definition={words.ofValueDefinition}
      unit={currencyOf}
      load={() => periodsOf(chosen, { start, end }, grain)}
      deps={[kind, value, start, end, length]}
      enough={(found) => (found.isKept ? null : { headline: texts.panel.notKept, why: words.notKept(value, words.plural[kind]) })}
      isEmpty={(found) => found.rows.length === 0}
      height={260}
      controls={<Leave chosen={chosen} />}
      chart={(found) => {
        const { whole, running, hasRunning } = partRunning(found.rows, (row) => row.net_minor);
        return trend({
          x: found.rows.map((row) => period(row.begins ?? "", length)),
          series: [
            { name: words.measures.net_minor, values: whole, type: "bar", stack: "all" },
            ...(hasRunning ? [{ name: words.running, values: running, type: "bar" as const, stack: "all" }] : []),
          ],
          ...formatsOf("net_minor", found.currency),
        });
      }}
      render={(found) => (
        <>
          <p class="note">{kind === "product" ? <Product {...found} /> : words.together}</p>
          <div class="figures">
            {columns.filter(({ key }) => numberOf(found.totals[key]) !== null).map((column) => (
              <Figure
                key={column.key}
                label={column.label}
                definition={sentences(definitionOf(column), words.figureOfValue(column.label, value)) ?? ""}
                value={isMoney(column.key) ? money(numberOf(found.totals[column.key]), found.currency) : number(numberOf(found.totals[column.key]))}
              />
            ))}
          </div>
        </>
      )}
      rows={(found) => ({
        columns: [{ key: "period", label: texts.filters.grain }, { key: "begins", label: words.begins, kind: "day" }, { key: "is_running", label: words.running }, ...columns],
        rows: found.rows.map((row) => ({
          period: period(row.begins ?? "", length),
          begins: row.begins,
          is_running: row.is_running ?? false,
          ...figuresOf(row, columns),
        })),
      })}
      note={({ covers }) =>
        sentences(
          covers.start && covers.end ? words.covers(day(covers.start), day(covers.end)) : null,
          length === grain ? null : words.noDays,
          kind === "category" ? words.intoProducts : null,
        )
      }
      csvName={`sales-of-${value}`}
    />
  );
}

/** The name of a product, and the category that it belongs to. */
function Product({ of }: Kept): VNode {
  const category = textOf(of?.category);
  return (
    <>
      {textOf(of?.name)}
      {category !== null && (
        <>
          {" · "}
          <a href={linkTo(into("category", category))}>{category}</a>
        </>
      )}
    </>
  );
}

/** What a panel is narrowed to, and the way back. */
export function Leave({ chosen: { kind, value } }: { chosen: Chosen }): VNode {
  return (
    <button type="button" class="quiet" aria-label={words.leave(value)} onClick={() => setParams({ [kind]: undefined }, { replace: false })}>
      {value} <span aria-hidden="true">×</span>
    </button>
  );
}
