import type { VNode } from "preact";
import { api, ApiError } from "../api.ts";
import { intervals, trend } from "../chart/options.ts";
import { useParam } from "../filters.ts";
import { day, duration, instant, money, nameOfId, number, percent } from "../format.ts";
import { Panel, type PanelProps } from "../panel/Panel.tsx";
import type { Column, Row, Table } from "../panel/table.ts";
import { texts } from "../texts/index.ts";
import type { Customer, Timeline, TimelineEvent } from "../types.ts";
import { Figure } from "../ui/Figure.tsx";
import { Page } from "../ui/Page.tsx";
import { toSegment } from "./segments/ofMethod.ts";
import { isSimulated } from "./shared/simulated.ts";
import { broughtBefore, byDays, cumulated } from "../views/customer.ts";
import { segmentName } from "../views/segments.ts";
import { originOf, sentencesOfPreview, tableOfProducts } from "../views/preview.ts";

const words = texts.customers;
const SHOWN = 30;
const PLACES = 12;

export default function Customers(): VNode {
  const [customerId, setCustomerId] = useParam("customer_id");
  return (
    <Page
      title={texts.pages.customers}
      intro={customerId ? undefined : words.none}
      filters={
        <label>
          <span>{words.search}</span>
          <input
            key={customerId}
            type="search"
            name="customer_id"
            autocomplete="off"
            defaultValue={customerId}
            onChange={(event) => setCustomerId(event.currentTarget.value.trim())}
          />
        </label>
      }
    >
      {customerId !== "" && (
        <>
          <Scores customerId={customerId} />
          <Expected customerId={customerId} />
          <Brought customerId={customerId} />
          <Happened customerId={customerId} />
          <Recommendations key={customerId} customerId={customerId} />
        </>
      )}
    </Page>
  );
}

interface Asked {
  customerId: string;
}

/** A panel of what the run knows of a customer: of an id that it does not know there is nothing to show, and no error. */
function Known<T>({ customerId, ...props }: PanelProps<T> & Asked): VNode {
  return (
    <Panel<T | null>
      {...(props as PanelProps<T | null>)}
      load={async () => {
        try {
          return await props.load();
        } catch (error) {
          if (error instanceof ApiError && error.status === 404) return null;
          throw error;
        }
      }}
      enough={(found) => (found === null ? null : (props.enough?.(found) ?? null))}
      isEmpty={(found) => found === null || (props.isEmpty?.(found) ?? false)}
      emptyHelp={words.nothing(customerId)}
    />
  );
}

const SEGMENTS = [
  ["segment_id", "rfm"],
  ["lifecycle_id", "lifecycle"],
  ["behaviour_id", "behaviour"],
  ["cluster_id", "kmeans"],
] as const;

function Scores({ customerId }: Asked): VNode {
  return (
    <Known
      customerId={customerId}
      title={words.scores(customerId)}
      definition={words.scoresDefinition}
      load={() => api().customer(customerId)}
      deps={[customerId]}
      isSimulated={isSimulated}
      height={240}
      render={(found) => (
        <>
          <p class="badges">
            {SEGMENTS.map(([field, method]) => {
              const id = found[field];
              if (!id) return null;
              return (
                <a key={field} class="badge plain" href={toSegment(id, method)}>
                  {words.methods[method]}: {method === "kmeans" ? id : segmentName(method, id)}
                </a>
              );
            })}
          </p>
          <div class="figures">
            {figures(found).map(({ name, value }) => (
              <Figure key={name} label={words.figures[name]} definition={words.definitions[name]} value={value} />
            ))}
          </div>
        </>
      )}
      rows={(found) => scoreTable(found)}
      csvName={`customer-${customerId}`}
    />
  );
}

type FigureName = keyof typeof words.figures;

function figures(found: Customer): { name: FigureName; value: string }[] {
  const score = [found.r, found.f, found.m].map((each) => number(each)).join(" · ");
  return [
    { name: "net_minor", value: money(found.net_minor, found.currency) },
    { name: "frequency", value: number(found.frequency) },
    { name: "recency_days", value: found.recency_days === null || found.recency_days === undefined ? texts.none : duration(found.recency_days * 86_400) },
    { name: "rfm", value: score },
    { name: "probability_alive", value: percent(found.probability_alive) },
    { name: "expected_value_12m_minor", value: money(found.expected_value_12m_minor, found.currency) },
    { name: "expected_purchases_12m", value: number(found.expected_purchases_12m, 1) },
    { name: "expected_gap_days", value: found.expected_gap_days === null || found.expected_gap_days === undefined ? texts.none : duration(found.expected_gap_days * 86_400) },
  ];
}

/** Everything that is plain: one row, a column a field, as the API calls it where the page has no better name. */
function scoreTable(found: Customer): Table {
  const left = ["generation", "as_of", "age_seconds", "currency", "features", "is_simulated"];
  const fields = Object.entries(found).filter(([name, value]) => !left.includes(name) && (value === null || typeof value !== "object")) as [string, Row[string]][];
  return {
    columns: fields.map(([key]): Column => ({
      key,
      label: key in words.figures ? words.figures[key as FigureName] : nameOfId(key.replace(/_minor$/, "")),
      ...(key.endsWith("_minor") ? { kind: "money" as const } : key === "probability_alive" || key === "churn_probability" ? { kind: "percent" as const } : {}),
    })),
    rows: [Object.fromEntries(fields)],
  };
}

const HORIZONS = ["3m", "12m"] as const;

function Expected({ customerId }: Asked): VNode {
  const rowsOf = (found: Customer): { name: string; value: number; low: number; high: number }[] =>
    HORIZONS.flatMap((horizon) => {
      const [value, low, high] = [`expected_value_${horizon}_minor`, `expected_value_${horizon}_low_minor`, `expected_value_${horizon}_high_minor`].map((field) => found[field]);
      return typeof value === "number" && typeof low === "number" && typeof high === "number" ? [{ name: words.horizons[horizon], value, low, high }] : [];
    });
  return (
    <Known
      customerId={customerId}
      size="half"
      title={words.expected}
      definition={words.expectedDefinition}
      load={() => api().customer(customerId)}
      deps={[customerId]}
      height={260}
      enough={(found) => (rowsOf(found).length === 0 ? words.noExpectation : null)}
      chart={(found, theme) => intervals(rowsOf(found), (value) => money(value, found.currency, { isCompact: true }), theme)}
      rows={(found) => ({
        columns: [
          { key: "name", label: words.horizon },
          { key: "value", label: words.expectedNet, kind: "money" },
          { key: "low", label: words.low, kind: "money" },
          { key: "high", label: words.high, kind: "money" },
        ],
        rows: rowsOf(found),
      })}
      csvName={`expected-${customerId}`}
    />
  );
}

/** Ask for all that is kept of a timeline: a few hundred entries at most. */
async function wholeTimeline(customerId: string): Promise<Timeline> {
  let page = await api().journey(customerId, { limit: 200 });
  const events = [...page.events];
  while (page.next_cursor !== null) {
    page = await api().journey(customerId, { limit: 200, cursor: page.next_cursor });
    events.push(...page.events);
  }
  return { ...page, events };
}

interface Money extends Timeline {
  net_minor: number | null;
}

function Brought({ customerId }: Asked): VNode {
  const pointsOf = (found: Money): { day: string; net_minor: number }[] => cumulated(found.events, found.is_cut && found.net_minor !== null ? broughtBefore(found.events, found.net_minor) : 0);
  return (
    <Known<Money>
      customerId={customerId}
      size="half"
      title={words.brought}
      definition={words.broughtDefinition}
      load={async () => {
        const [timeline, customer] = await Promise.all([wholeTimeline(customerId), api().customer(customerId)]);
        return { ...timeline, net_minor: customer.net_minor ?? null };
      }}
      deps={[customerId]}
      height={260}
      isEmpty={(found) => pointsOf(found).length === 0}
      chart={(found) => {
        const points = pointsOf(found);
        const changes = new Map(found.events.filter((event) => event.kind === "segment_change").map((event) => [event.day, segmentName("rfm", event.detail ?? "")]));
        const daily = byDays(points, [...changes.keys()]);
        return trend({
          x: daily.map((each) => day(each.day)),
          series: [{ name: words.net, values: daily.map((each) => each.net_minor) }],
          format: (value) => money(value, found.currency),
          axisFormat: (value) => money(value, found.currency, { isCompact: true }),
          marks: [...changes].slice(-5).map(([each, label]) => ({ x: day(each), label })),
        });
      }}
      rows={(found) => ({
        columns: [{ key: "day", label: words.at, kind: "day" }, { key: "net_minor", label: words.brought, kind: "money" }],
        rows: pointsOf(found),
      })}
      csvName={`net-${customerId}`}
    />
  );
}

function sentenceOf(event: TimelineEvent, currency: string): string {
  const { kind, products, detail, channel, order_id, refers_to, product_id, net_minor } = event;
  switch (kind) {
    case "acquired":
      return words.events.acquired(detail ? (words.ways[detail] ?? detail) : null, channel);
    case "visit":
      return words.events.visit(products ?? 0, event.events ?? 0, channel);
    case "purchase":
      return words.events.purchase(order_id ?? "", products ?? 0, money(net_minor, currency), channel);
    case "fee":
      return words.events.fee(product_id ?? order_id ?? "", money(net_minor, currency));
    case "refund":
      return words.events.refund(order_id ?? "", refers_to, money(net_minor, currency));
    case "segment_change":
      return words.events.segmentChange(segmentName("rfm", detail ?? ""));
    case "recommendation_seen":
      return words.events.seen(product_id ?? "");
    case "recommendation_taken":
      return words.events.taken(product_id ?? "");
    default:
      return nameOfId(kind);
  }
}

function Happened({ customerId }: Asked): VNode {
  return (
    <Known
      customerId={customerId}
      title={words.journey}
      definition={words.journeyDefinition}
      load={() => wholeTimeline(customerId)}
      deps={[customerId]}
      isEmpty={(found) => found.events.length === 0}
      isSimulated={isSimulated}
      render={(found) => (
        <ul class="sentences">
          {found.events.slice(0, SHOWN).map((event) => (
            <li key={event.position}>
              <time dateTime={event.occurred_at} class="muted">
                {instant(event.occurred_at)}
              </time>{" "}
              <span class="badge plain">{words.kinds[event.kind] ?? nameOfId(event.kind)}</span> {sentenceOf(event, found.currency)}
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
          { key: "product_id", label: words.product },
          { key: "products", label: words.products, kind: "number" },
          { key: "events", label: words.visited, kind: "number" },
          { key: "net_minor", label: words.net, kind: "money" },
          { key: "channel", label: words.channel },
          { key: "detail", label: words.detail },
        ],
        rows: found.events.map(({ occurred_at, kind, order_id, refers_to, product_id, products, events, net_minor, channel, detail }) => ({
          occurred_at, kind: words.kinds[kind] ?? kind, order_id, refers_to, product_id, products, events, net_minor, channel, detail,
        })),
      })}
      note={(found) => {
        const reasons = [...new Set(Object.entries(found.absent).map(([kind, reason]) => words.absent(words.kinds[kind as TimelineEvent["kind"]] ?? kind, reason ?? "")))];
        const cut = found.is_cut ? [words.cut(found.events.length, found.total)] : [];
        const more = found.events.length > SHOWN ? [words.newest(SHOWN, found.events.length)] : [];
        return [...more, ...cut, ...reasons].join(" ") || null;
      }}
      csvName={`journey-${customerId}`}
    />
  );
}

function Recommendations({ customerId }: Asked): VNode {
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
                {item.reason.text} <span class="muted">({texts.preview.score.toLowerCase()} {number(item.score, 4)})</span>
              </li>
            ))}
          </ol>
        )
      }
      rows={(found) => tableOfProducts(found.items)}
      note={(found) => sentencesOfPreview(found).join(" ")}
      csvName={`recommendations-${customerId}`}
    />
  );
}
