import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { place } from "../router.ts";
import { texts } from "../texts/index.ts";
import { FilterBar, type FilterBarProps } from "./FilterBar.tsx";

export interface PageProps extends Omit<FilterBarProps, "children"> {
  title: string;
  /** A sentence below the title. */
  intro?: ComponentChildren;
  /** Filters of this page alone, beside the shared ones. */
  filters?: ComponentChildren;
  children: ComponentChildren;
}

let hasPageBefore = false;

/** A page: its title, its filters, its panels in a grid. */
export function Page({ title, intro, filters, children, ...bar }: PageProps): VNode {
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
        <FilterBar {...bar}>{filters}</FilterBar>
      </header>
      <div class="panels">{children}</div>
    </>
  );
}
