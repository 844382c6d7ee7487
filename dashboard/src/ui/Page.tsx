import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Grain } from "../filters.ts";
import { place } from "../router.ts";
import { texts } from "../texts/index.ts";
import type { FiguresOf, Known, Span } from "./facts.ts";
import { FilterBar } from "./FilterBar.tsx";

export interface PageProps {
  title: string;
  /** A sentence below the title. */
  intro?: ComponentChildren;
  /** Whether the date range counts on this page. */
  hasDates?: boolean;
  /** Of what time the figures are, which the filter bar says; where dates count, of a range. */
  figures?: FiguresOf;
  /** In the words of the page: of what a range's figures are while no dates are chosen, or which time each has of its own. */
  says?: string | undefined;
  /** The days that the figures are of, where the API takes others than the chosen ones. */
  span?: Span | null | undefined;
  /** What the page is answered from, where that is not the live run of segments. */
  head?: Known | null;
  /** With which day the ranges of one click end; by default with the last whole day of the data. */
  lastDay?: string;
  /** Lengths of a period to choose from, the default first; none without. */
  grains?: readonly Grain[];
  /** Filters of this page alone, beside the shared ones. */
  filters?: ComponentChildren;
  children: ComponentChildren;
}

let hasPageBefore = false;

/** A page: its title, its filters, its panels in a grid. */
export function Page({ title, intro, hasDates = false, figures = hasDates ? "range" : "instant", says, span, head, lastDay, grains = [], filters, children }: PageProps): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = texts.shell.titleOf(title);
  }, [title]);
  useEffect(() => {
    // A screen reader goes on at the new page; at the first load the browser's own start is right.
    if (hasPageBefore) heading.current?.focus({ preventScroll: true });
    hasPageBefore = true;
    scrollTo(0, 0);
  }, [place.get().path]);
  return (
    <>
      <header class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {intro && <p class="intro">{intro}</p>}
        <FilterBar hasDates={hasDates} figures={figures} says={says} span={span} head={head} lastDay={lastDay} grains={grains}>
          {filters}
        </FilterBar>
      </header>
      <div class="panels">{children}</div>
    </>
  );
}
