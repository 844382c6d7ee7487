import { api } from "../../api.ts";
import type { Why } from "../../panel/state.ts";
import { texts } from "../../texts/index.ts";
import type { Timeline } from "../../types.ts";

/** Ask for all that is kept of a timeline: a few hundred entries at most. */
export async function wholeTimeline(customerId: string): Promise<Timeline> {
  let page = await api().journey(customerId, { limit: 200 });
  const events = [...page.events];
  const names = { ...page.names };
  while (page.next_cursor !== null) {
    page = await api().journey(customerId, { limit: 200, cursor: page.next_cursor });
    events.push(...page.events);
    Object.assign(names, page.names);
  }
  return { ...page, events, names };
}

/** Head a sentence on what is not kept: it does not come with more data. */
export const notKept = (why: string | null): Why | null => (why === null ? null : { headline: texts.panel.notKept, why });
