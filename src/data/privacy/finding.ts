import type {ScanContext} from "./scanContext.js";

/**
 * `patterns`: shapes with checksums, ranges and context words. `secrets`: keys and tokens. `names`: people and
 * places by a language library, slower and less trustworthy.
 */
export type Layer = "patterns" | "secrets" | "names";

export const layers: readonly Layer[] = ["patterns", "secrets", "names"];

/** One piece of personal data or one secret in a text. Offsets are UTF-16 code units, `end` exclusive. */
export interface Finding {
  /** EMAIL_ADDRESS, CREDIT_CARD, PERSON, ... */
  type: string;
  start: number;
  end: number;
  /** 0 to 1. A passed checksum is 1; a bare shape is what experience gives it. */
  score: number;
  /** The recogniser and what convinced it, such as `credit-card/luhn`; `+context` when a word nearby helped. */
  rule: string;
  /** The words themselves. Present only when asked for: never stored. */
  text?: string;
}

/** Finds one kind of thing. Adding a kind means adding one file that exports this. */
export interface Recognizer {
  /** The type of most of its findings. */
  type: string;
  name: string;
  layer: Layer;
  /** Lower-case words that make a finding more likely when one of them stands up to five words before it. */
  context?: readonly string[];
  /** All findings in order of start, before context words are weighed. */
  find(text: string, context: ScanContext): Finding[];
}
