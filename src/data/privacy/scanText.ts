import type {Finding, Layer, Recognizer} from "./finding.js";
import {type VisibleText, visibleText} from "./hiddenCharacters.js";
import {isLikelyNumber} from "./likelyNumber.js";
import {impersonalTypes, resolveOverlaps} from "./overlaps.js";
import {allRecognizers} from "./recognizers/index.js";
import {scanContext, type ScanContext} from "./scanContext.js";
import {urlParts} from "./urlParts.js";

const BOOST = 0.35;

const AT_LEAST = 0.4;

export interface ScanOptions {
  recognizers?: readonly Recognizer[];
  /** Defaults to patterns and secrets: names are slower and less sure, so they are asked for. */
  layers?: readonly Layer[];
  /** Findings below are dropped, before overlaps are resolved. 0 to 1, 0.3 unless told. */
  minScore?: number;
  /** The column the text stands in: its words (`phone_number`) count as standing before every finding. */
  column?: string;
  /** Puts the words themselves into `text`. Off unless asked for. */
  withText?: boolean;
}

export const defaultMinScore = 0.3;

/**
 * Personal data and secrets in a text, in order of start, free of contradictions. An empty text has none.
 * Offsets are UTF-16 code units, so `text.slice(start, end)` is what was found.
 */
export function scanText(text: string, options: ScanOptions = {}): Finding[] {
  const found = findingsIn(text, options);
  const shown = visibleText(text);
  const resolved = shown
    ? withinUrls(
        text,
        resolveOverlaps([...found, ...placed(findingsIn(shown.text, options), shown)]),
        options
      )
    : withinUrls(text, found, options);
  if (!options.withText) return resolved;
  return resolved.map((finding) => ({...finding, text: text.slice(finding.start, finding.end)}));
}

/** Findings of a text without its hidden characters, where they stand in the whole. */
const placed = (findings: readonly Finding[], {offsets}: VisibleText) =>
  findings.map((one) => ({...one, start: offsets[one.start]!, end: offsets[one.end - 1]! + 1}));

function findingsIn(text: string, options: ScanOptions): Finding[] {
  const {recognizers = allRecognizers, layers, minScore = defaultMinScore} = options;
  const asked = layers ?? (options.recognizers ? undefined : ["patterns", "secrets"]);
  const context = scanContext(text, minScore, options.column);
  const findings: Finding[] = [];
  for (const recognizer of recognizers) {
    if (asked && !asked.includes(recognizer.layer)) continue;
    for (const found of recognizer.find(text, context)) {
      const finding = recognizer.context ? weighContext(found, recognizer.context, context) : found;
      if (finding.score >= minScore) findings.push(finding);
    }
  }
  return resolveOverlaps(findings);
}

const DIGITS = /^\d+$/;

/**
 * Adds what the values in web addresses hold, each looked at by itself as the text of a column of its name: an address
 * hides what is unsure in its host and path alone.
 */
function withinUrls(text: string, findings: Finding[], options: ScanOptions): Finding[] {
  const urls = findings.filter(({type}) => impersonalTypes.has(type));
  const within = urls.flatMap(({start, end}) =>
    urlParts(text, start, end).flatMap(({name, text: value, offsets}) =>
      scanText(value, {...options, column: name, withText: false})
        .filter(
          (finding) =>
            !impersonalTypes.has(finding.type) &&
            (!DIGITS.test(value) || isLikelyNumber(finding, value.length, name))
        )
        .map((finding) => ({...finding, start: offsets[finding.start]!, end: offsets[finding.end]!}))
    )
  );
  if (within.length === 0) return findings;
  const others = findings.filter(({type}) => !impersonalTypes.has(type));
  return [...urls, ...resolveOverlaps([...others, ...within])].sort(
    (a, b) => a.start - b.start || b.end - a.end
  );
}

/**
 * Raises a finding's score by 0.35, to at least 0.4 and at most 1, when one of the words stands among the five
 * words before it. Whole words only: "lic" must not fire on "public".
 */
function weighContext(finding: Finding, words: readonly string[], context: ScanContext): Finding {
  const raised = raise(finding.score);
  if (finding.score >= 1 || raised < context.minScore) return finding;
  if (!context.hasWordBefore(finding.start, words)) return finding;
  return {...finding, score: raised, rule: `${finding.rule}+context`};
}

function raise(score: number): number {
  return Number(Math.min(1, Math.max(AT_LEAST, score + BOOST)).toFixed(4));
}
