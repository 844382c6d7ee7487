import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Days, useFilters, withParams } from "../../filters.ts";
import { day, period } from "../../format.ts";
import { place, usePlace } from "../../router.ts";
import { texts } from "../../texts/index.ts";
import { type Changes, chosenIn, type Crumb, periodOf, trailOf } from "../../views/sales.ts";

const words = texts.sales;

/** Write a link to this page with some parameters changed. */
export function linkTo(changes: Changes): string {
  const query = withParams(place.get().query, changes).toString();
  return query ? `/sales?${query}` : "/sales";
}

/** Write days as a period where they are one, else as from and to. */
export function spanName({ start, end }: Days): string {
  const length = periodOf({ start, end });
  return length && start ? period(start, length) : words.between(start ? day(start) : null, end ? day(end) : null);
}

function nameOf(crumb: Crumb): string {
  if (crumb.of === "all") return words.all;
  return crumb.of === "span" ? spanName(crumb.span) : words.chosen(words.names[crumb.of], crumb.value);
}

/** The way from all sales to what is shown, each step a link. */
export function Trail(): VNode | null {
  const { start, end } = useFilters();
  const chosen = chosenIn(usePlace().query);
  const crumbs = trailOf({ start, end }, chosen);
  const nav = useRef<HTMLElement | null>(null);
  const shown = JSON.stringify(chosen);
  const before = useRef(shown);
  useEffect(() => {
    // A value may be chosen far below; its figures stand next to this.
    if (before.current !== shown && chosen.length > 0) {
      nav.current?.focus({ preventScroll: true });
      nav.current?.scrollIntoView({ block: "start" });
    }
    before.current = shown;
  }, [shown]);
  if (crumbs.length < 2) return null;
  return (
    <nav class="badges" aria-label={words.trail} tabIndex={-1} ref={nav}>
      {crumbs.map((crumb, at) => (
        <span key={nameOf(crumb)}>
          {at > 0 && <span aria-hidden="true">› </span>}
          {at === crumbs.length - 1 ? <strong aria-current="page">{nameOf(crumb)}</strong> : <a href={linkTo(crumb.to)}>{nameOf(crumb)}</a>}
        </span>
      ))}
    </nav>
  );
}
