import { texts } from "./index.ts";

const PLACE = /\{\{(\w+)\}\}/g;

/** Put the texts into `index.html`, which is read where no program runs: its language, its title, and what it says without one. */
export function withTexts(html: string): string {
  const words: Record<string, string | undefined> = { locale: texts.locale, title: texts.brand, noScript: texts.shell.noScript };
  return html.replace(PLACE, (place, name: string) => escaped(words[name] ?? place));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
