import type { VNode } from "preact";
import { bars } from "../../chart/options.ts";
import { number } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import { href } from "../../router.ts";
import { texts } from "../../texts/index.ts";
import type { Firsts, RepeatPurchases } from "../../types.ts";
import { categoriesIn } from "../../views/journeys.ts";
import { wholeSales } from "../sales/answers.ts";
import { sentences } from "../shared/sentences.ts";
import { loadPurchases } from "./asked.ts";

const words = texts.journeys;
const MOST_FIRSTS = 12;

const noCategories = (): ReadonlyMap<string, string> => new Map();
/** The categories that sales are laid out by; none where they cannot be had, and then nothing leads to them. */
const loadCategories = (): Promise<ReadonlyMap<string, string>> => wholeSales({ by: "category" }).then(({ rows }) => categoriesIn(rows), noCategories);

/** First purchases, and the categories that the page of sales knows. */
interface FirstPurchases extends RepeatPurchases {
  /** By the first level, which is what journeys know. */
  categories: ReadonlyMap<string, string>;
}

/** What was bought first, and who came back; a product and a category lead to their sales. */
export function First({ of, isPart }: { of: "first_products" | "first_categories"; isPart: boolean }): VNode {
  const isOfProducts = of === "first_products";
  const toSales = (item: string, { categories }: FirstPurchases): string | null => {
    if (isOfProducts) return href("/sales", { product: item });
    const category = categories.get(item);
    return category === undefined ? null : href("/sales", { category });
  };
  const itemsOf = (found: RepeatPurchases): Firsts["items"] => found[of]?.items ?? [];
  return (
    <Panel
      size="half"
      title={words.firsts[of]}
      definition={words.firstDefinitions[of]}
      unit={texts.units.customers}
      load={async () => {
        const [found, categories] = await Promise.all([loadPurchases(), isOfProducts ? noCategories() : loadCategories()]);
        return { ...found, categories };
      }}
      deps={[of]}
      enough={(found) => (found[of] === null ? (found.reasons[of] ?? texts.overview.noCategories) : null)}
      isEmpty={(found) => itemsOf(found).length === 0}
      height={380}
      chart={(found) => {
        const shown = itemsOf(found).slice(0, MOST_FIRSTS);
        return bars({
          names: shown.map((row) => row.name ?? row.item),
          series: [
            { name: words.returned, values: shown.map((row) => row.returned), stack: "all" },
            { name: words.notReturned, values: shown.map((row) => row.customers - row.returned), stack: "all" },
          ],
          format: texts.counts.customers,
          axisFormat: (value) => number(value),
          isHorizontal: true,
        });
      }}
      rows={(found) => ({
        columns: [
          { key: "name", label: words.firstItem, href: (row) => toSales(String(row["item"]), found) },
          ...(isOfProducts ? [{ key: "item", label: words.productId }] : []),
          { key: "customers", label: words.customers },
          { key: "returned", label: words.returned },
          { key: "repeat_rate", label: words.backSoFar, kind: "percent" },
          { key: "median_days_to_next", label: words.medianDays, kind: "number", digits: 1 },
          { key: "next", label: words.then },
        ],
        rows: itemsOf(found).map((row) => {
          const next = found[of]?.next.find((each) => each.item === row.item);
          return { ...row, name: row.name ?? row.item, next: next ? words.nextOf(next.next_name ?? next.next_item, next.customers) : null };
        }),
      })}
      note={(found) => sentences(isPart ? words.ofAll : null, itemsOf(found).length > MOST_FIRSTS ? texts.sales.chartShows(MOST_FIRSTS, itemsOf(found).length) : null)}
      csvName={isOfProducts ? "first-products" : "first-categories"}
    />
  );
}
