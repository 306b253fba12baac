import type {BleuOptions, ChrfOptions, TerOptions} from "../../../src/evals/scorers/index.js";
import {isObject, type JsonObject} from "../item.js";

export interface OverlapCase {
  outputs: string[];
  /** For each output. */
  references: string[][];
  options: JsonObject;
  /** The score, or the counts it comes from. */
  published: unknown;
  /** Where in the case it stands. */
  at: (string | number)[];
  /** One text instead of a list: the score is that of a sentence. */
  sentence: boolean;
}

interface CaseParts {
  given: unknown;
  wanted: unknown;
  options: JsonObject;
  published: unknown;
  at: (string | number)[];
}

/**
 * Cases from [outputs, references, options?, score], or from an object with such fields, one a score. References are one
 * list a reference with an entry for every output, or one reference for each output, or for one output a list.
 */
export function overlapCases(raw: unknown): OverlapCase[] {
  const parts = Array.isArray(raw) ? [fromList(raw)] : isObject(raw) ? fromObject(raw) : [];
  return parts.flatMap((one) => (one && caseOf(one)) ?? []);
}

function caseOf({given, wanted, options, published, at}: CaseParts): OverlapCase | undefined {
  const outputs = typeof given === "string" ? [given] : given;
  if (!isTexts(outputs) || outputs.length === 0) return undefined;
  if (typeof published !== "number" && !isObject(published)) return undefined;
  const references = referencesOf(wanted, outputs.length);
  if (!references) return undefined;
  const sentence = typeof given === "string";
  return {outputs, references, options, published, at, sentence};
}

function fromList(raw: readonly unknown[]): CaseParts | undefined {
  const [given, wanted, ...rest] = raw;
  const last = rest.length - 1;
  if (last < 0) return undefined;
  // Options may also come last, behind the score.
  if (last === 1 && typeof rest[0] === "number" && isObject(rest[1]))
    return {given, wanted, options: rest[1], published: rest[0], at: [2]};
  const between = rest.slice(0, -1);
  if (!between.every(isObject)) return undefined;
  return {given, wanted, options: between[0] ?? {}, published: rest[last], at: [2 + last]};
}

function fromObject(raw: JsonObject): CaseParts[] {
  const key = (...names: RegExp[]) => Object.keys(raw).find((each) => names.some((name) => name.test(each)));
  const [given, wanted] = [key(/^hyp/i, /^(outputs?|predictions?)$/i), key(/^ref/i, /^targets?$/i)];
  const scores = Object.keys(raw).filter((each) =>
    /^(expected|score|published|(sentence_|corpus_)?(bleu|chrf|ter))/i.test(each)
  );
  const options = key(/^(options|kwargs|params|settings)$/i);
  if (!given || !wanted) return [];
  return scores.map((score) => ({
    given: raw[given],
    wanted: raw[wanted],
    options: options && isObject(raw[options]) ? raw[options] : {},
    published: raw[score],
    at: [score]
  }));
}

function referencesOf(wanted: unknown, outputs: number): string[][] | undefined {
  if (typeof wanted === "string") return outputs === 1 ? [[wanted]] : undefined;
  if (!Array.isArray(wanted) || wanted.length === 0) return undefined;
  if (isTexts(wanted)) {
    if (outputs === 1) return [wanted];
    return wanted.length === outputs ? wanted.map((text) => [text]) : undefined;
  }
  if (!wanted.every((list): list is (string | null)[] => Array.isArray(list))) return undefined;
  const present = (list: readonly (string | null | undefined)[]) =>
    list.filter((text) => typeof text === "string");
  if (wanted.every((list) => list.length === outputs))
    return Array.from({length: outputs}, (_, i) => present(wanted.map((list) => list[i])));
  if (wanted.length === outputs) return wanted.map(present);
  // A test of sacreBLEU lists more references than outputs; those without an output do not matter.
  return wanted.every((list) => list.length >= outputs)
    ? Array.from({length: outputs}, (_, i) => present(wanted.map((list) => list[i])))
    : undefined;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === "string");
}

type Settings =
  | {metric: "bleu"; options: BleuOptions}
  | {metric: "chrf"; options: ChrfOptions}
  | {metric: "ter"; options: TerOptions}
  | {cannot: string};

/** Metric and options from the words of a name ("chrf_word_order2", "raw_corpus_bleu_floor0.01") and sacreBLEU's arguments. */
export function overlapSettings(name: string, given: JsonObject): Settings {
  const number = (key: string, word: RegExp) => {
    const found = word.exec(name)?.[1];
    return typeof given[key] === "number" ? given[key] : found === undefined ? undefined : Number(found);
  };
  const flag = (key: string, word: RegExp) =>
    key in given ? Boolean(given[key]) : word.test(name) || undefined;
  const lowercase = flag("lowercase", /lower|(^|[_ ])lc([_ ]|$)/i);
  if (/chr_?f/i.test(name)) {
    const epsilon = flag("eps_smoothing", /eps/i);
    return {
      metric: "chrf",
      options: {
        lowercase,
        characters: number("char_order", /char_?order_?(\d)/i) ?? number("order", /chrf_(\d)_\d_\d/i),
        words:
          number("word_order", /(?:word_?order_?|chrf_\d_)(\d)/i) ??
          (/chrf(\+\+|pp|_plus)/i.test(name) ? 2 : undefined),
        beta: number("beta", /(?:beta_?|chrf_\d_\d_)(\d+(?:\.\d+)?)/i) ?? number("beta", /chr_?f(\d)/i),
        whitespace:
          "remove_whitespace" in given
            ? !given.remove_whitespace
            : flag("whitespace", /(?<!remove_|without_|no_)whitespace/i),
        smoothing: epsilon ? "epsilon" : undefined
      }
    };
  }
  if (/(^|[_ ])ter([_ ]|$)/i.test(name)) {
    if (flag("normalized", /normali[sz]ed/i) || flag("asian_support", /asian/i))
      return {cannot: "TER takes words between white space here, without Tercom's own tokenizer"};
    return {
      metric: "ter",
      options: {
        noPunctuation: flag("no_punct", /no_?punct/i),
        caseSensitive: flag("case_sensitive", /case_?sensitive/i)
      }
    };
  }
  const raw = /(^|[_ ])raw([_ ]|$)/i.test(name);
  const tokenizer = String(given.tokenize ?? given.tokenizer ?? (raw ? "none" : "13a"));
  const method = String(
    given.smooth_method ?? given.smoothing ?? /(?<=[_ ])(floor|add-k|exp)/.exec(name)?.[1] ?? "exp"
  );
  if (!["13a", "intl", "char", "none"].includes(tokenizer))
    return {cannot: `there is no tokenizer ${tokenizer} here`};
  if (!["exp", "floor", "add-k", "none"].includes(method))
    return {cannot: `there is no smoothing ${method} here`};
  return {
    metric: "bleu",
    options: {
      tokenizer,
      smoothing: method,
      lowercase,
      smoothingValue: number("smooth_value", /(?:floor|add-k)_?(\d*\.?\d+)/),
      order: number("max_ngram_order", /max_?(?:ngram_?)?order_?(\d)/i),
      effectiveOrder: flag("use_effective_order", /effective/i) ?? flag("effective_order", /effective/i)
    } as BleuOptions
  };
}
