/** The pages: where each lies, what it is called, and the file that draws it, loaded when somebody goes there. */
import type { ComponentType } from "preact";
import { matchRoute, type Match, type Route } from "./router.ts";
import { texts } from "./texts/index.ts";

export interface PageComponentProps {
  /** What `:names` of the path stand for, decoded. */
  params: Record<string, string>;
}

export interface PageEntry extends Route {
  title: keyof typeof texts.pages;
  load: () => Promise<{ default: ComponentType<PageComponentProps> }>;
  /** Whether the menu shows it. */
  isInMenu: boolean;
}

export const HOME = "/overview";

export const PAGES: readonly PageEntry[] = [
  { path: "/overview", title: "overview", load: () => import("./pages/Overview.tsx"), isInMenu: true },
  { path: "/sales", title: "sales", load: () => import("./pages/Sales.tsx"), isInMenu: true },
  { path: "/segments", title: "segments", load: () => import("./pages/Segments.tsx"), isInMenu: true },
  { path: "/segments/:id", title: "segment", load: () => import("./pages/Segment.tsx"), isInMenu: false },
  { path: "/cohorts", title: "cohorts", load: () => import("./pages/Cohorts.tsx"), isInMenu: true },
  { path: "/customers", title: "customers", load: () => import("./pages/Customers.tsx"), isInMenu: true },
  { path: "/journeys", title: "journeys", load: () => import("./pages/Journeys.tsx"), isInMenu: true },
  { path: "/recommendations", title: "recommendations", load: () => import("./pages/Recommendations.tsx"), isInMenu: true },
  { path: "/experiments", title: "experiments", load: () => import("./pages/Experiments.tsx"), isInMenu: true },
  { path: "/health", title: "health", load: () => import("./pages/Health.tsx"), isInMenu: true },
];

export function pageAt(path: string): Match<PageEntry> | null {
  return matchRoute(PAGES, path);
}
