import { createStore, useStore } from "./store.ts";

/** Where the visitor is: a path and the query, which holds the filters. */
export interface Place {
  path: string;
  query: URLSearchParams;
}

/** A path as the registry writes it (`/segments/:id`), and what it stands for. */
export interface Route {
  path: string;
}

export interface Match<R extends Route> {
  route: R;
  params: Record<string, string>;
}

/** Find the first route that fits a path; its `:names` come back decoded. */
export function matchRoute<R extends Route>(routes: readonly R[], path: string): Match<R> | null {
  const parts = split(path);
  for (const route of routes) {
    const params = fit(split(route.path), parts);
    if (params) return { route, params };
  }
  return null;
}

function split(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function fit(pattern: string[], parts: string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, name] of pattern.entries()) {
    const part = decoded(parts[index] ?? "");
    if (part === null) return null;
    if (name.startsWith(":")) params[name.slice(1)] = part;
    else if (name !== part) return null;
  }
  return params;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** Write a path with its parameters encoded: `pathOf("/segments/:id", {id: "a/b"})`. */
export function pathOf(pattern: string, params: Record<string, string> = {}): string {
  return pattern.replace(/:([a-z_]+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`the path ${pattern} lacks ${name}; give it in params`);
    return encodeURIComponent(value);
  });
}

/** What a link to another page takes along, so that the date range stays. */
export const SHARED = ["start", "end", "grain"] as const;

/** Write a link: the path, the shared filters of the query, then its own parameters. */
export function href(path: string, own: Record<string, string | undefined> = {}, from = place.get().query): string {
  const query = new URLSearchParams();
  for (const name of SHARED) {
    const value = from.get(name);
    if (value) query.set(name, value);
  }
  for (const [name, value] of Object.entries(own)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

function read(): Place {
  if (typeof location === "undefined") return { path: "/", query: new URLSearchParams() };
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

export const place = createStore<Place>(read());

export function usePlace(): Place {
  return useStore(place);
}

/** Go to a path with its query. `replace` leaves no entry in the history, as for a filter that is being typed. */
export function navigate(to: string, { replace = false } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", to);
  place.set(read());
}

/** Let links within the site, and back and forward, change the page without loading it anew. */
export function startRouter(): void {
  addEventListener("popstate", () => place.set(read()));
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.getAttribute("href")?.startsWith("#")) return;
    event.preventDefault();
    navigate(link.pathname + link.search + link.hash);
  });
}
