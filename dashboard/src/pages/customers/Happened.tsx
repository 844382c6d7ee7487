import type { VNode } from "preact";
import { isDated, isWithin, useFilters } from "../../filters.ts";
import { instant, money, nameOfId } from "../../format.ts";
import { texts } from "../../texts/index.ts";
import type { Timeline, TimelineEvent } from "../../types.ts";
import { cutNote } from "../../views/customer.ts";
import { segmentName } from "../../views/segments.ts";
import { isSimulated } from "../shared/simulated.ts";
import { sentences } from "../shared/sentences.ts";
import { type Asked, Known } from "./Known.tsx";
import { notKept, wholeTimeline } from "./timeline.ts";

const words = texts.customers;
const SHOWN = 30;

/** What a product is called; its id where nobody knows. */
const nameOf = (productId: string | null, { names }: Timeline): string | null => (productId === null ? null : (names?.[productId] ?? productId));

function sentenceOf(event: TimelineEvent, found: Timeline): string {
  const { currency } = found;
  const product = nameOf(event.product_id, found);
  const { kind, products, detail, channel, order_id, refers_to, net_minor } = event;
  switch (kind) {
    case "acquired":
      return words.events.acquired(detail ? (words.ways[detail] ?? detail) : null, channel);
    case "visit":
      return words.events.visit(products ?? 0, event.events ?? 0, channel);
    case "purchase":
      return words.events.purchase(order_id ?? "", products ?? 0, money(net_minor, currency), channel);
    case "fee":
      return words.events.fee(product ?? order_id ?? "", money(net_minor, currency));
    case "refund":
      return words.events.refund(order_id ?? "", refers_to, money(net_minor, currency));
    case "segment_change":
      return words.events.segmentChange(segmentName("rfm", detail ?? ""));
    case "recommendation_seen":
      return words.events.seen(product ?? "");
    case "recommendation_taken":
      return words.events.taken(product ?? "");
    default:
      return nameOfId(kind);
  }
}

/** A timeline with its entries of the chosen days. */
interface Chosen extends Timeline {
  chosen: TimelineEvent[];
}

/** What the customer did on the chosen days, the newest first. */
export function Happened({ customerId }: Asked): VNode {
  const { start, end } = useFilters();
  return (
    <Known<Chosen>
      customerId={customerId}
      title={words.journey}
      definition={words.journeyDefinition}
      load={async () => {
        const found = await wholeTimeline(customerId);
        return { ...found, chosen: found.events.filter((event) => isWithin(event.day, { start, end })) };
      }}
      deps={[customerId, start, end]}
      enough={(found) => (found.chosen.length === 0 ? notKept(cutNote(found, { start, end })) : null)}
      isEmpty={({ chosen }) => chosen.length === 0}
      emptyHelp={isDated({ start, end }) ? words.nothingThen(customerId) : words.nothing(customerId)}
      isSimulated={isSimulated}
      render={(found) => (
        <ul class="sentences">
          {found.chosen.slice(0, SHOWN).map((event) => (
            <li key={event.position}>
              <time dateTime={event.occurred_at} class="muted">
                {instant(event.occurred_at)}
              </time>{" "}
              <span class="badge plain">{words.kinds[event.kind] ?? nameOfId(event.kind)}</span> {sentenceOf(event, found)}
            </li>
          ))}
        </ul>
      )}
      rows={(found) => ({
        columns: [
          { key: "occurred_at", label: words.at, kind: "instant" },
          { key: "kind", label: words.kind },
          { key: "order_id", label: words.order },
          { key: "refers_to", label: words.refersTo },
          { key: "product", label: words.product },
          { key: "product_id", label: texts.sales.productId },
          { key: "products", label: words.products, definition: words.productsDefinition, kind: "number" },
          { key: "events", label: words.visited, definition: words.visitedDefinition, kind: "number" },
          { key: "net_minor", label: words.net, definition: words.netDefinition, kind: "money" },
          { key: "channel", label: words.channel },
          { key: "detail", label: words.detail },
        ],
        rows: found.chosen.map(({ occurred_at, kind, order_id, refers_to, product_id, products, events, net_minor, channel, detail }) => ({
          occurred_at, kind: words.kinds[kind] ?? kind, order_id, refers_to, product: nameOf(product_id, found), product_id, products, events, net_minor, channel, detail,
        })),
      })}
      note={(found) => {
        const reasons = [...new Set(Object.entries(found.absent).map(([kind, reason]) => words.absent(words.kinds[kind as TimelineEvent["kind"]] ?? kind, reason ?? "")))];
        const more = found.chosen.length > SHOWN ? words.newest(SHOWN, found.chosen.length) : null;
        return sentences(more, cutNote(found, { start, end }), ...reasons);
      }}
      csvName={`journey-${customerId}`}
    />
  );
}
