import type { VNode } from "preact";
import { api } from "../api.ts";
import { bars } from "../chart/options.ts";
import { useChoice } from "../filters.ts";
import { money, percent } from "../format.ts";
import type { PageComponentProps } from "../pages.ts";
import { Panel } from "../panel/Panel.tsx";
import type { Table } from "../panel/table.ts";
import { currencyOf } from "../panel/unit.ts";
import { href } from "../router.ts";
import { texts } from "../texts/index.ts";
import type { Members, SegmentProducts } from "../types.ts";
import { Page } from "../ui/Page.tsx";
import { METHODS, type Method } from "../views/segments.ts";
import { Glance } from "./segments/Glance.tsx";
import { segmentsOf } from "./segments/ofMethod.ts";
import { notYet } from "./shared/notYet.ts";
import { usePages } from "./shared/usePages.tsx";
import { isSimulated } from "./shared/simulated.ts";
import { useAnswer } from "./shared/useAnswer.ts";

const words = texts.segment;
const PAGE_ROWS = 100;
const EXPORT_ROWS = 1000;
const MOST_BARS = 12;

export default function Segment({ params }: PageComponentProps): VNode {
  const segmentId = params["id"] ?? "";
  const [method] = useChoice("method", METHODS);
  const name = useName(segmentId, method);
  return (
    <Page title={name} intro={<a href={href("/segments", { method: method === "rfm" ? undefined : method })}>{words.back}</a>}>
      <Glance segmentId={segmentId} method={method} />
      <BestProducts segmentId={segmentId} method={method} />
      <NextProducts segmentId={segmentId} method={method} />
      <MembersPanel segmentId={segmentId} method={method} />
    </Page>
  );
}

interface Which {
  segmentId: string;
  method: Method;
}

/** Return what the segment is called; its id until that is known, and where it is not. */
function useName(segmentId: string, method: Method): string {
  const found = useAnswer(() => segmentsOf(method), [method]);
  return found?.segments.find((row) => String(row.segment_id) === segmentId)?.name ?? segmentId;
}

const productsOf = ({ segmentId, method }: Which): Promise<SegmentProducts> => notYet(api().get<SegmentProducts>("/analytics/segments/products", { segment_id: segmentId, method }));

function BestProducts(which: Which): VNode {
  return (
    <Panel
      size="half"
      title={words.best}
      definition={words.bestDefinition}
      unit={currencyOf}
      load={() => productsOf(which)}
      deps={[which.segmentId, which.method]}
      isSimulated={isSimulated}
      isEmpty={(found) => found.products.length === 0}
      height={400}
      chart={(found) => {
        const shown = found.products.slice(0, MOST_BARS);
        return bars({
          names: shown.map((product) => product.name || product.product_id),
          series: [{ name: words.net, values: shown.map((product) => product.net_minor) }],
          format: (value) => money(value, found.currency),
          axisFormat: (value) => money(value, found.currency, { isCompact: true }),
          isHorizontal: true,
        });
      }}
      rows={(found) => ({
        columns: [
          { key: "name", label: words.product },
          { key: "product_id", label: words.productId, kind: "text" },
          { key: "net_minor", label: words.net, definition: words.productNetDefinition, kind: "money" },
          { key: "items", label: words.items, definition: words.itemsDefinition, kind: "number" },
          { key: "buyers", label: words.buyers, definition: words.buyersDefinition, kind: "number" },
          { key: "share_of_customers", label: words.shareOfCustomers, definition: words.boughtShareDefinition, kind: "percent" },
          { key: "lift", label: words.lift, kind: "number", digits: 2 },
        ],
        rows: found.products.map((product) => ({ ...product })),
      })}
      csvName={`segment-${which.segmentId}-products`}
    />
  );
}

function NextProducts(which: Which): VNode {
  return (
    <Panel
      size="half"
      title={words.next}
      definition={words.nextDefinition}
      unit={texts.units.shareOf(texts.units.customers)}
      load={() => productsOf(which)}
      deps={[which.segmentId, which.method]}
      isSimulated={isSimulated}
      isEmpty={(found) => found.next_products.length === 0}
      emptyHelp={words.nextNone}
      height={400}
      chart={(found) =>
        bars({
          names: found.next_products.map((product) => product.name || product.product_id),
          series: [{ name: words.shareOfCustomers, values: found.next_products.map((product) => product.share_of_customers) }],
          format: (value) => percent(value),
          isHorizontal: true,
        })
      }
      rows={(found) => ({
        columns: [
          { key: "name", label: words.product },
          { key: "product_id", label: words.productId, kind: "text" },
          { key: "share_of_customers", label: words.shareOfCustomers, definition: words.nextShareDefinition, kind: "percent" },
        ],
        rows: found.next_products.map((product) => ({ ...product })),
      })}
      csvName={`segment-${which.segmentId}-next-products`}
    />
  );
}

function MembersPanel({ segmentId, method }: Which): VNode {
  const pages = usePages(`${method}/${segmentId}`, words);
  return (
    <Panel
      title={words.members}
      definition={words.membersDefinition}
      load={async () => pages.noted(await api().members(segmentId, { method, limit: PAGE_ROWS, ...(pages.cursor === undefined ? {} : { cursor: pages.cursor }) }))}
      deps={[segmentId, method, pages.cursor]}
      isSimulated={isSimulated}
      isEmpty={(found) => found.total === 0}
      controls={pages.controls}
      rows={(found) => tableOf(found.customers)}
      allRows={async () =>
        tableOf(await api().all<Members, Members["customers"][number]>("/segments/customers", { segment_id: segmentId, method, limit: EXPORT_ROWS }, (page) => page.customers, Infinity))
      }
      note={(found) => {
        const first = pages.number * PAGE_ROWS + 1;
        return found.customers.length < found.total ? words.shown(first, first + found.customers.length - 1, found.total) : words.total(found.total);
      }}
      csvName={`segment-${segmentId}`}
    />
  );
}

function tableOf(customers: Members["customers"]): Table {
  return {
    columns: [
      { key: "customer_id", label: words.customer, kind: "text", href: (row) => href("/customers", { customer_id: String(row["customer_id"]) }) },
      { key: "net_minor", label: words.net, definition: words.memberNetDefinition, kind: "money" },
    ],
    rows: customers.map(({ customer_id, net_minor }) => ({ customer_id, net_minor })),
  };
}
