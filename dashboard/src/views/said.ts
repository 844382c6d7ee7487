/**
 * What the API says, in the page's own words: by the code that stands beside each of its sentences. A code that the
 * page does not know, or a run that was published before there were codes, leaves the API's English.
 */
import { day, instant } from "../format.ts";
import { texts } from "../texts/index.ts";
import { at, capital } from "../texts/words.ts";

type Values = Record<string, unknown>;
type Sentence = (values: never) => string;

/** Write a text as a sentence: a capital first, a full stop last. */
export function asSentence(text: string): string {
  const written = capital(text);
  return /[.!?:]$/.test(written) || written === "" ? written : `${written}.`;
}

/** Say what has a code with values; the API's own sentence, else null, where the page has no words for it. */
export function said(code: string | null | undefined, values: Values | null | undefined, otherwise: string | null | undefined): string | null {
  const sentence: Sentence | undefined = code ? at(texts.said.sentences as Record<string, Sentence>, code) : undefined;
  const own = sentence && written(sentence, values ?? {});
  return own ?? (otherwise ? asSentence(otherwise) : null);
}

const CODE = /_code$/;
const CODES = /s?_codes$/;

/**
 * Put an answer's sentences into the page's words, wherever they stand in it: `reason` beside `reason_code` and
 * `reason_values`, and texts by name, `reasons`, beside `reason_codes`.
 */
export function inOurWords<T>(answer: T): T {
  if (Array.isArray(answer)) return answer.map((each: unknown) => inOurWords(each)) as T;
  if (typeof answer !== "object" || answer === null) return answer;
  const found = answer as Values;
  const told: Values = Object.fromEntries(Object.entries(found).map(([name, value]) => [name, inOurWords(value)]));
  for (const [name, value] of Object.entries(found)) {
    if (CODE.test(name)) {
      const sentence = name.replace(CODE, "");
      if (typeof found[sentence] === "string") told[sentence] = said(value as string | null, told[`${sentence}_values`] as Values | undefined, found[sentence]);
    } else if (CODES.test(name)) {
      const named = [name.replace(CODES, "s"), name.replace(CODES, "")].find((each) => isNamed(found[each]));
      if (named !== undefined) told[named] = byName(found[named] as Values, value as Record<string, string | null>);
    }
  }
  return told as T;
}

/** Whether texts stand by name; a list's codes are a list, which is put into words where its numbers are known. */
function isNamed(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function byName(sentences: Values, codes: Record<string, string | null>): Values {
  return Object.fromEntries(Object.entries(sentences).map(([name, text]) => [name, typeof text === "string" ? said(codes[name], {}, text) : text]));
}

/** Write a sentence; null where what it names is lacking, as of a newer or older API. */
export function written(sentence: Sentence, values: Values): string | null {
  const lacks = { is: false };
  const told = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? moment(value) : value]));
  const watched = new Proxy(told, {
    get(found, name: string) {
      if (found[name] === undefined) lacks.is = true;
      return found[name];
    },
  });
  try {
    const text = sentence(watched as never);
    return lacks.is ? null : text;
  } catch {
    return null;
  }
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})$/;

function moment(text: string): string {
  if (DAY.test(text)) return day(text);
  return INSTANT.test(text) ? instant(text) : text;
}
