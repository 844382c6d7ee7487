/** Find words that stand in a page's program instead of in its texts. */

const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$|(?<=[;,{}]\s)\/\/.*$/gm;
/** Between a tag or an expression and the next: what has nothing that only code has. */
const BETWEEN = /(?:(?<!=)>|\})([^<>{}=();&|?`"]*\p{L}{2}[^<>{}=();&|?`"]*)(?=[<{])/gu;
const CODE = /^(?:,|:|\.|\]|class|extends|implements|else|catch|finally|from|as|satisfies|while|return|const|let|type|export|import|function|interface|case|new|async|await|default|\[)/;
const NAMED = /\b(?:aria-[a-z]+|title|placeholder|alt|label|definition|intro|emptyHelp|unit)=(?:"([^"]*\p{L}{2}[^"]*)"|\{\s*"([^"]*\p{L}{2}[^"]*)"\s*\}|\{\s*`([^`$]*\p{L}{2}[^`]*)`\s*\})/gu;
const ALONE = /(?<!=)\{\s*"([^"]*\p{L}{2}[^"]*)"\s*\}/gu;
const SENTENCE = /["`](\p{Lu}\p{Ll}+ [^"`]*\p{L}[^"`]*)["`]/gu;
/** Attributes of ARIA that take a word of the standard, or an id. */
const STANDARD = /^aria-(?:hidden|busy|live|current|expanded|pressed|modal|haspopup|sort|describedby|labelledby|controls|atomic|invalid)=/;

/** Names of fonts, and what the protocol of signing in wants to be hashed. */
const NO_TEXTS = ["Segoe UI", "Helvetica Neue", "Caldera Derived Key\\u0001", "UTC $"];

export function literalsIn(source: string, { isMarkup = true } = {}): string[] {
  const code = source.replace(COMMENT, "");
  const sentences = [...code.matchAll(SENTENCE)].map(([, text]) => text ?? "").filter((text) => !NO_TEXTS.includes(text));
  return [...new Set([...(isMarkup ? inMarkup(code) : []), ...sentences])];
}

function inMarkup(code: string): string[] {
  const between = [...code.replace(/`[^`]*`/g, "").matchAll(BETWEEN)].map(([, text]) => text?.trim() ?? "").filter((text) => !CODE.test(text));
  const named = [...code.matchAll(NAMED)].filter(([whole]) => !STANDARD.test(whole)).map(([, plain, quoted, templated]) => plain ?? quoted ?? templated ?? "");
  const alone = [...code.matchAll(ALONE)].map(([, text]) => text ?? "");
  return [...between, ...named, ...alone];
}
