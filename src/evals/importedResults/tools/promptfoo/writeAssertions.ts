import {memberOf} from "../../../../base/validation/memberOf.js";
import {basename} from "node:path";
import {exactMatch, type Scorer} from "../../../scorers/index.js";
import type {Row} from "../../../../base/store/index.js";

/** A scorer in promptfoo's words, or why it has none. */
export type WrittenScorer = {assert(expected: unknown, row: Row): object[]} | {missing: string};

/** What promptfoo checks as our scorer does, with the metric's name; whatever would score otherwise is said to be missing. */
export function writtenScorer(metric: string, scorer: Scorer): WrittenScorer {
  const module = scorer === exactMatch ? "exactMatch" : basename(scorer.module ?? "").replace(/\.[jt]s$/, "");
  if (!Object.hasOwn(WRITERS, module)) return {missing: "has no counterpart in promptfoo"};
  const written = memberOf(WRITERS, module)!((scorer.settings ?? {}) as ScorerSettings);
  if ("missing" in written) return written;
  return {
    assert: (expected, row) =>
      written.assert(expected, row).map((one) => (module === "assertions" ? one : {...one, metric}))
  };
}

/** promptfoo makes a test of each value of a list, unless it is told not to. */
export const optionsOf = (vars: object) =>
  Object.values(vars).some(Array.isArray) ? {disableVarExpansion: true} : undefined;

type ScorerSettings = Record<string, unknown>;

const WRITERS: Readonly<Record<string, (settings: ScorerSettings) => WrittenScorer>> = {
  exactMatch: () => equalTo(),
  classification: ({normalize}) =>
    normalize === "exact"
      ? equalTo()
      : {missing: "reads labels in other spellings, which promptfoo's equals does not"},
  includes: ({ignoreCase, wholeWords, all}) => {
    if (wholeWords) return {missing: "looks for whole words, which promptfoo's contains does not"};
    const type = `${ignoreCase ? "i" : ""}contains-${all ? "all" : "any"}`;
    return {
      assert: (expected) => {
        const wanted = expectedTexts(expected).map((text) => text.trim());
        return wanted.length === 0 || wanted.includes("") ? [] : [{type, value: wanted.map(unrendered)}];
      }
    };
  },
  regexMatch: ({pattern, flags, capture}) => {
    if ((capture ?? null) !== null)
      return {missing: "compares a group of the match, which promptfoo's regex does not"};
    const own = String(flags ?? "").replaceAll(/[dgu]/g, "");
    if (own !== "") return {missing: `has the flags ${own}, and promptfoo's regex has none`};
    const unicode = typeof pattern === "string" && /u/.test(String(flags ?? "")) && /\\[pPu]/.test(pattern);
    if (unicode) return {missing: "has the flag u, and promptfoo's regex has none"};
    return {assert: (expected) => anyOf(typeof pattern === "string" ? [pattern] : expectedTexts(expected))};
  },
  assertions: ({column, threshold}) => ({
    assert: (_expected, row) => {
      const stated = row[String(column ?? "assert")];
      const list = (typeof stated === "string" ? JSON.parse(stated) : (stated ?? [])) as object[];
      return typeof threshold === "number" ? [{type: "assert-set", threshold, assert: list}] : list;
    }
  }),
  normalizedMatch: () => ({
    missing: "leaves case, punctuation and articles out of account, which no assertion does"
  }),
  bleu: () => ({missing: "is a figure without a threshold, smoothed in another way than promptfoo's bleu"})
};

/** Ours leaves white space around both out of account and takes any of several; promptfoo's `equals` does neither. */
function equalTo(): WrittenScorer {
  return {
    assert: (expected) => {
      const wanted = expectedTexts(expected).map((text) =>
        text.trim().replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")
      );
      return wanted.length === 0
        ? []
        : [{type: "regex", value: unrendered(`^\\s*(?:${wanted.join("|")})\\s*$`)}];
    }
  };
}

/** One of several must hold: the share of them that do reaches that of one. */
function anyOf(patterns: readonly string[]): object[] {
  const all = patterns.map((value) => ({type: "regex", value: unrendered(value)}));
  return all.length < 2 ? all : [{type: "assert-set", threshold: 1 / all.length, assert: all}];
}

/** Texts in whose place promptfoo loads a file or a package. */
export const LOADED = /^(?:file:\/\/|package:)/;

/** What promptfoo fills something in at. */
export const FILLED_IN = /\{[{%#]/;

/** promptfoo fills in places in an assertion's value, and loads what is a path: these are neither. */
const unrendered = (text: string) =>
  FILLED_IN.test(text) || LOADED.test(text) ? `{% raw %}${text}{% endraw %}` : text;

const expectedTexts = (expected: unknown): string[] =>
  [expected]
    .flat()
    .filter((one) => typeof one === "string" || typeof one === "number" || typeof one === "boolean")
    .map(String);
