import { createStore, type Store, useStore } from "./store.ts";

export const THEMES = ["auto", "light", "dark"] as const;
export type ThemeChoice = (typeof THEMES)[number];
export type Scheme = "light" | "dark";

const KEY = "patronage.theme";
const DARK = "(prefers-color-scheme: dark)";

export const themeChoice = createStore<ThemeChoice>("auto");
const scheme: Store<Scheme> = createStore<Scheme>("light");

/** Apply the kept choice, and follow the system where it is "auto". */
export function startTheme(): void {
  const kept = localStorage.getItem(KEY);
  themeChoice.set(THEMES.find((each) => each === kept) ?? "auto");
  const query = matchMedia(DARK);
  query.addEventListener("change", apply);
  themeChoice.watch(() => {
    localStorage.setItem(KEY, themeChoice.get());
    apply();
  });
  apply();

  function apply(): void {
    const choice = themeChoice.get();
    if (choice === "auto") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.setAttribute("data-theme", choice);
    scheme.set(choice === "auto" ? (query.matches ? "dark" : "light") : choice);
  }
}

export function useScheme(): Scheme {
  return useStore(scheme);
}
