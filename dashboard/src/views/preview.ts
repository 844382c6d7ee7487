/** What the pages write of an answer of products: its rows, and in sentences what it stands on. */
import { duration, percent } from "../format.ts";
import type { Table } from "../panel/table.ts";
import { href } from "../router.ts";
import { texts } from "../texts/index.ts";
import { word } from "../texts/words.ts";
import type { Recommended, RecommendationPreview, RecommendedItem } from "../types.ts";

const words = texts.preview;
/** What answers call the permanent holdout, in the place of an experiment. */
const HOLDOUT = "holdout";
const reasons = texts.said.items;
const LEAST_SHARE = 0.001;

/** Where a product comes from: the rule that put it there, else the rung of the ladder. */
export function originOf(item: RecommendedItem): string {
  const origin = item.pinned ? "pinned" : item.promoted ? "promoted" : item.rung;
  return word(texts.recommendations.rungs, origin);
}

/** Say why a product stands there; a kind that the page does not know has the API's sentence. */
export function reasonOf({ reason: { kind, text, because_name, share, buyers, times } }: RecommendedItem): string {
  const part = share === undefined ? "" : share < LEAST_SHARE ? reasons.under(percent(LEAST_SHARE)) : percent(share, share < 0.0995 ? 1 : 0);
  switch (kind) {
    case "new":
      return reasons.new();
    case "trending":
      return times === undefined ? text : reasons.trending(times);
    case "popular":
      return buyers === undefined ? text : reasons.popular(buyers);
    case "bought_again":
      return share === undefined ? text : reasons.bought_again(part);
    case "bought_together":
    case "bought_next":
    case "alike":
    case "same_basket":
      return share === undefined || because_name === undefined ? text : reasons[kind](part, because_name);
    default:
      return text;
  }
}

export function tableOfProducts(items: readonly RecommendedItem[]): Table {
  return {
    columns: [
      { key: "place", label: words.place, definition: words.placeDefinition, kind: "number" },
      { key: "name", label: words.product, href: (row) => href("/sales", { product: String(row["product_id"]) }) },
      { key: "product_id", label: words.productId },
      { key: "category", label: words.category },
      { key: "price_minor", label: words.price, definition: words.priceDefinition, kind: "money" },
      { key: "in_stock", label: words.inStock },
      { key: "origin", label: words.origin },
      { key: "reason", label: words.reason },
      { key: "score", label: words.score, definition: words.scoreDefinition, kind: "number", digits: 4 },
    ],
    rows: items.map((item, at) => ({
      place: at + 1,
      name: item.name,
      product_id: item.product_id,
      category: item.category,
      price_minor: item.price_minor,
      in_stock: item.in_stock,
      origin: originOf(item),
      reason: reasonOf(item),
      score: item.score,
    })),
  };
}

/** Say of a preview for whom it is and why it is as it is, then what every answer of products says. */
export function sentencesOfPreview(answer: RecommendationPreview): string[] {
  return [whoOf(answer), ...sentencesOf(answer)];
}

function whoOf({ user_id, control, personal, has_own_list, experiment }: RecommendationPreview): string {
  if (control) return experiment?.experiment_id === HOLDOUT ? words.heldOut : words.control;
  if (user_id === null) return words.guest;
  if (has_own_list === false) return words.noOwnList(user_id);
  if (personal === false) return words.notPersonal;
  return has_own_list ? words.ownList : words.unknownList;
}

/** Say what an answer of products stands on: model, experiment, age, and what it lacks. */
export function sentencesOf(answer: Partial<Omit<RecommendationPreview, "is_preview">> | Partial<Recommended>): string[] {
  const { model, experiment, arm_fallback, degraded, eligible, age_seconds, stock_age_seconds } = answer;
  return [
    model?.["name"] ? words.model(model["name"], model["version"] ?? "") : "",
    experiment && experiment.experiment_id !== HOLDOUT ? words.experiment(experiment.experiment_id, experiment.arm) : "",
    arm_fallback ? words.armFallback : "",
    degraded ? words.degraded : "",
    eligible === undefined ? "" : words.eligible(eligible),
    age_seconds === undefined ? "" : words.age(duration(age_seconds)),
    stock_age_seconds === undefined ? "" : stock_age_seconds === null ? words.noStock : words.stockAge(duration(stock_age_seconds)),
  ].filter(Boolean);
}
