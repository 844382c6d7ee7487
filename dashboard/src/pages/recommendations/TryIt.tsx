import type { VNode } from "preact";
import { api, ApiError, type Params } from "../../api.ts";
import { setParams, useChoice } from "../../filters.ts";
import { Panel } from "../../panel/Panel.tsx";
import { usePlace } from "../../router.ts";
import { texts } from "../../texts/index.ts";
import type { Head, RecommendationPreview, Recommended } from "../../types.ts";
import { Select } from "../../ui/Select.tsx";
import { sentencesOf, sentencesOfPreview, tableOfProducts } from "../../views/preview.ts";

const words = texts.recommendations;
const LISTS = ["recommendations", "similar", "together", "trending", "new"] as const;
type List = (typeof LISTS)[number];
const HOW_MANY = ["10", "5", "20", "50"] as const;
/** What the lists that are about no person are asked by, with the public key of the page. */
const PATHS: Record<Exclude<List, "recommendations">, string> = { similar: "/similar", together: "/together", trending: "/products/trending", new: "/products/new" };

/** Lists of the shop say less of themselves than recommendations do. */
type Listed = Head & Pick<Recommended, "items"> & Partial<Recommended>;
type Answer = RecommendationPreview | Listed;

/** The storefront's question, asked by hand. All that it asks lies in the address. */
export function TryIt(): VNode {
  const [list, setList] = useChoice("list", LISTS);
  const [k, setK] = useChoice("k", HOW_MANY);
  const { query } = usePlace();
  const needsProduct = list === "similar" || list === "together";
  const names = list === "recommendations" ? (["customer_id", "country", "category"] as const) : needsProduct ? (["product_id", "category"] as const) : (["category"] as const);
  const asked: Params = { k, ...Object.fromEntries(names.map((name) => [name, query.get(name)])) };
  const isLacking = needsProduct && !query.get("product_id");
  const labels = { customer_id: words.customerId, country: words.country, product_id: words.productId, category: words.category };
  return (
    <Panel<Answer | null>
      title={words.tryIt}
      definition={words.tryItDefinition}
      load={() => (isLacking ? Promise.resolve(null) : list === "recommendations" ? api().preview(asked) : askedByKey(PATHS[list], asked))}
      deps={[list, JSON.stringify(asked), isLacking]}
      enough={(answer) => (answer === null ? { headline: texts.panel.notAsked, why: words.needsProduct } : null)}
      isEmpty={(answer) => answer?.items.length === 0 && !answer.control}
      emptyHelp={words.noneEligible}
      controls={
        <>
          <Select label={words.list} name="list" value={list} options={LISTS.map((value) => ({ value, label: words.lists[value] }))} onChange={setList} />
          {names.map((name) => (
            <label key={name}>
              <span>{labels[name]}</span>
              <input type="search" name={name} autocomplete="off" value={query.get(name) ?? ""} onChange={(event) => setParams({ [name]: event.currentTarget.value.trim() })} />
            </label>
          ))}
          <Select label={words.howMany} name="k" value={k} options={HOW_MANY.map((value) => ({ value, label: value }))} onChange={setK} />
        </>
      }
      rows={(answer) => tableOfProducts(answer?.items ?? [])}
      whenDated={words.notOfDates}
      note={(answer) => (answer === null ? null : ("is_preview" in answer ? sentencesOfPreview(answer) : sentencesOf(answer)).join(" "))}
      csvName={`try-${list}`}
    />
  );
}

async function askedByKey(path: string, params: Params): Promise<Listed> {
  try {
    return await api().get<Listed>(path, { ...params, placement: "dashboard" }, { as: "key" });
  } catch (error) {
    // It is the key that was refused here, not the account.
    if (error instanceof ApiError && error.status === 403) throw new ApiError(400, { ...error.problem, words: words.refused }, null, error);
    throw error;
  }
}
