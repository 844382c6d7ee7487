import type { VNode } from "preact";
import { api } from "../../api.ts";
import { trend } from "../../chart/options.ts";
import { isDated, isWithin, useFilters } from "../../filters.ts";
import { day, lastDayOf, money } from "../../format.ts";
import { currencyOf } from "../../panel/unit.ts";
import { texts } from "../../texts/index.ts";
import type { Timeline } from "../../types.ts";
import { type Brought as BroughtBy, broughtBefore, broughtWithin, byDays, cumulated, cutNote, keptFrom } from "../../views/customer.ts";
import { segmentName } from "../../views/segments.ts";
import { sentences } from "../shared/sentences.ts";
import { type Asked, Known } from "./Known.tsx";
import { notKept, wholeTimeline } from "./timeline.ts";

const words = texts.customers;

/** A timeline with the curve of the chosen days. */
interface Curve extends Timeline {
  points: BroughtBy[];
}

/** What the customer had brought by each of the chosen days; the curve begins with what was brought before them. */
export function Brought({ customerId }: Asked): VNode {
  const days = useFilters();
  return (
    <Known<Curve>
      customerId={customerId}
      size="half"
      title={words.brought}
      definition={words.broughtDefinition}
      unit={currencyOf}
      load={async () => {
        const [timeline, { net_minor }] = await Promise.all([wholeTimeline(customerId), api().customer(customerId)]);
        const before = timeline.is_cut && typeof net_minor === "number" ? broughtBefore(timeline.events, net_minor) : 0;
        return { ...timeline, points: broughtWithin(cumulated(timeline.events, before), { ...days, before, keptFrom: keptFrom(timeline), lastDay: lastDayOf(timeline.as_of) }) };
      }}
      deps={[customerId, days.start, days.end]}
      height={260}
      enough={(found) => (found.points.length === 0 ? notKept(cutNote(found, days)) : null)}
      isEmpty={({ points }) => points.length === 0}
      emptyHelp={isDated(days) ? words.nothingThen(customerId) : words.nothing(customerId)}
      chart={(found) => {
        const changes = new Map(found.events.filter((event) => event.kind === "segment_change" && isWithin(event.day, days)).map((event) => [event.day, segmentName("rfm", event.detail ?? "")]));
        const daily = byDays(found.points, [...changes.keys()]);
        return trend({
          x: daily.map((each) => day(each.day)),
          series: [{ name: words.net, values: daily.map((each) => each.net_minor) }],
          format: (value) => money(value, found.currency),
          axisFormat: (value) => money(value, found.currency, { isCompact: true }),
          marks: [...changes].slice(-5).map(([each, label]) => ({ x: day(each), label })),
        });
      }}
      rows={(found) => ({
        columns: [{ key: "day", label: words.at, kind: "day" }, { key: "net_minor", label: words.brought, definition: words.broughtByDefinition, kind: "money" }],
        rows: found.points.map((point) => ({ ...point })),
      })}
      note={(found) => {
        const cut = cutNote(found, days);
        return cut === null ? null : sentences(cut, words.curveOfKept);
      }}
      csvName={`net-${customerId}`}
    />
  );
}
