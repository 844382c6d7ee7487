import type { VNode } from "preact";
import { api } from "../../api.ts";
import { trend } from "../../chart/options.ts";
import { isWithin, useFilters } from "../../filters.ts";
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

interface Money extends Timeline {
  net_minor: number | null;
}

/** What the customer had brought by each of the chosen days; the curve begins with what was brought before them. */
export function Brought({ customerId }: Asked): VNode {
  const days = useFilters();
  const pointsOf = (found: Money): BroughtBy[] => {
    const before = found.is_cut && found.net_minor !== null ? broughtBefore(found.events, found.net_minor) : 0;
    return broughtWithin(cumulated(found.events, before), { ...days, before, keptFrom: keptFrom(found), lastDay: lastDayOf(found.as_of) });
  };
  return (
    <Known<Money>
      customerId={customerId}
      size="half"
      title={words.brought}
      definition={words.broughtDefinition}
      unit={currencyOf}
      load={async () => {
        const [timeline, customer] = await Promise.all([wholeTimeline(customerId), api().customer(customerId)]);
        return { ...timeline, net_minor: customer.net_minor ?? null };
      }}
      deps={[customerId, days.start, days.end]}
      height={260}
      enough={(found) => (pointsOf(found).length === 0 ? notKept(cutNote(found, days)) : null)}
      isEmpty={(found) => pointsOf(found).length === 0}
      emptyHelp={days.start || days.end ? words.nothingThen(customerId) : words.nothing(customerId)}
      chart={(found) => {
        const points = pointsOf(found);
        const changes = new Map(found.events.filter((event) => event.kind === "segment_change" && isWithin(event.day, days)).map((event) => [event.day, segmentName("rfm", event.detail ?? "")]));
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
        columns: [{ key: "day", label: words.at, kind: "day" }, { key: "net_minor", label: words.brought, definition: words.broughtByDefinition, kind: "money" }],
        rows: pointsOf(found).map((point) => ({ ...point })),
      })}
      note={(found) => {
        const cut = cutNote(found, days);
        return cut === null ? null : sentences(cut, words.curveOfKept);
      }}
      csvName={`net-${customerId}`}
    />
  );
}
