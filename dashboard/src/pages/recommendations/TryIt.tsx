import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { api, ApiError, type Options, type Params } from "../../api.ts";
import { setParams, useChoice } from "../../filters.ts";
import { Panel } from "../../panel/Panel.tsx";
import type { Table } from "../../panel/table.ts";
import { usePlace } from "../../router.ts";
import { texts } from "../../texts/index.ts";
import type { Head, Recommended, RecommendedItem } from "../../types.ts";
import { Select } from "../../ui/Select.tsx";

const words = texts.recommendations;
const LISTS = ["recommendations", "similar", "together", "trending", "new"] as const;
type List = (typeof LISTS)[number];
const HOW_MANY = ["10", "5", "20", "50"] as const;
const PATHS: Record<List, string> = { recommendations: "/recommendations", similar: "/similar", together: "/together", trending: "/products/trending", new: "/products/new" };

/** Lists of the shop say less of themselves than recommendations do. */
type Answer = Head & Pick<Recommended, "items"> & Partial<Recommended>;

/** The storefront's question, asked by hand. What it asks lies in the address, but for keys. */
export function TryIt(): VNode {
  const [list, setList] = useChoice("list", LISTS);
  const [k, setK] = useChoice("k", HOW_MANY);
  const { query } = usePlace();
  const [key, setKey] = useState("");
  const [visitorToken, setVisitorToken] = useState("");
  const needsProduct = list === "similar" || list === "together";
  const isForVisitor = list === "recommendations";
  const names = isForVisitor ? (["user_id", "session_id", "country"] as const) : needsProduct ? (["product_id"] as const) : ([] as const);
  const asked: Params = { k, category: query.get("category"), ...Object.fromEntries(names.map((name) => [name, query.get(name)])) };
  const isLacking = needsProduct && !query.get("product_id");
  const labels = { user_id: words.customerId, session_id: words.sessionId, country: words.country, product_id: words.productId, category: words.category };
  return (
    <Panel
      title={words.tryIt}
      definition={words.tryItDefinition}
      load={() => (isLacking ? Promise.resolve(null) : ask(list, asked, { key, visitorToken }))}
      deps={[list, JSON.stringify(asked), key, visitorToken, isLacking]}
      enough={(answer) => (answer === null ? words.needsProduct : null)}
      isEmpty={(answer) => answer?.items.length === 0 && !answer.control}
      controls={
        <>
          <Select label={words.list} name="list" value={list} options={LISTS.map((value) => ({ value, label: words.lists[value] }))} onChange={setList} />
          {[...names, "category" as const].map((name) => (
            <label key={name}>
              <span>{labels[name]}</span>
              <input type="search" name={name} value={query.get(name) ?? ""} onChange={(event) => setParams({ [name]: event.currentTarget.value.trim() })} />
            </label>
          ))}
          <Select label={words.howMany} name="k" value={k} options={HOW_MANY.map((value) => ({ value, label: value }))} onChange={setK} />
          {isForVisitor && (
            <details>
              <summary>{words.personalTitle}</summary>
              <p class="note">{words.keyHelp}</p>
              <label>
                <span>{words.key}</span>
                <input type="password" name="key" autocomplete="off" value={key} onChange={(event) => setKey(event.currentTarget.value.trim())} />
              </label>
              <label>
                <span>{words.visitorToken}</span>
                <input type="password" name="visitor_token" autocomplete="off" value={visitorToken} onChange={(event) => setVisitorToken(event.currentTarget.value.trim())} />
              </label>
            </details>
          )}
        </>
      }
      rows={(answer) => tableOf(answer?.items ?? [])}
      note={(answer) => (answer ? words.answered(toldOf(answer)) : null)}
      csvName={`try-${list}`}
    />
  );
}

async function ask(list: List, params: Params, { key, visitorToken }: { key: string; visitorToken: string }): Promise<Answer> {
  const headers: Record<string, string> = {};
  if (list === "recommendations" && key) headers["x-api-key"] = key;
  if (list === "recommendations" && visitorToken) headers["x-visitor-token"] = visitorToken;
  const options: Options = { as: "key", headers };
  try {
    return await api().get<Answer>(PATHS[list], { ...params, placement: "dashboard" }, options);
  } catch (error) {
    // It is the key that was refused here, not the account.
    if (error instanceof ApiError && error.status === 403) throw new ApiError(400, { ...error.problem, detail: words.refused }, null, error);
    throw error;
  }
}

function rungName(rung: string): string {
  return (words.rungs as Record<string, string>)[rung] ?? rung;
}

function toldOf(answer: Answer): string[] {
  const told = [
    answer.personal === undefined ? "" : answer.personal ? words.isPersonal : words.isGeneral,
    answer.rung ? rungName(answer.rung) : "",
    answer.model?.["name"] ? words.fromModel(answer.model["name"]) : "",
    answer.experiment ? words.inExperiment(answer.experiment.experiment_id, answer.experiment.arm) : "",
    answer.control ? words.isControl : "",
    answer.degraded ? words.isDegraded : "",
  ];
  return told.filter(Boolean);
}

function tableOf(items: readonly RecommendedItem[]): Table {
  return {
    columns: [
      { key: "place", label: words.place, kind: "number" },
      { key: "product_id", label: words.productId, kind: "text" },
      { key: "name", label: words.product, kind: "text" },
      { key: "category", label: words.productCategory, kind: "text" },
      { key: "price_minor", label: words.price, kind: "money" },
      { key: "in_stock", label: words.inStock },
      { key: "score", label: words.score, kind: "number", digits: 4 },
      { key: "rung", label: words.rung },
      { key: "reason", label: words.because },
    ],
    rows: items.map((item, at) => ({
      place: at + 1,
      product_id: item.product_id,
      name: item.name,
      category: item.category,
      price_minor: item.price_minor,
      in_stock: item.in_stock,
      score: item.score,
      rung: rungName(item.rung),
      reason: item.reason?.text ?? null,
    })),
  };
}
