import type { VNode } from "preact";
import { api } from "../../api.ts";
import { money, number } from "../../format.ts";
import { Panel } from "../../panel/Panel.tsx";
import { texts } from "../../texts/index.ts";
import { originOf, reasonOf, sentencesOfPreview, tableOfProducts } from "../../views/preview.ts";
import type { Asked } from "./Known.tsx";

const words = texts.customers;
const PLACES = 12;

/** What the storefront would show the customer now. */
export function Recommended({ customerId }: Asked): VNode {
  return (
    <Panel
      title={words.recommendations}
      definition={words.recommendationsDefinition}
      load={() => api().preview({ customer_id: customerId, k: PLACES })}
      deps={[customerId]}
      isEmpty={(found) => found.items.length === 0 && found.control !== true}
      emptyHelp={words.noneEligible}
      render={(found) =>
        found.control ? (
          <p>{texts.preview.nothing}</p>
        ) : (
          <ol class="sentences">
            {found.items.map((item) => (
              <li key={item.product_id}>
                <strong>{item.name}</strong> <span class="muted">{item.product_id}</span>
                {item.price_minor !== null && <> · {money(item.price_minor, found.currency)}</>} <span class="badge plain">{originOf(item)}</span>
                <br />
                {reasonOf(item)} <span class="muted">({texts.preview.score.toLowerCase()} {number(item.score, 4)})</span>
              </li>
            ))}
          </ol>
        )
      }
      rows={(found) => tableOfProducts(found.items)}
      whenDated={texts.recommendations.notOfDates}
      note={(found) => sentencesOfPreview(found).join(" ")}
      csvName={`recommendations-${customerId}`}
    />
  );
}
