import {format} from "d3";
import {formatEstimate} from "../../../evals/decisions/points.js";
import {scaleOf, type ScoreScale} from "../../../evals/decisions/scoreScale.js";

const oneDecimal = format(",.1f");
const whole = format(",d");
const MINUS = "\u2212";
const MISSING = "–";

/** How scores are written: proportions as percent, anything else as plain numbers. */
export interface ScoreFormat {
  /** "86.3%" or "0.412"; a dash for undefined. */
  score(value: number | undefined): string;
  /** "81.5 to 90.1%", "−5.9 to −3.2". */
  interval(low: number | undefined, high: number | undefined): string;
  /** "+2.1", in points for proportions. */
  difference(value: number | undefined): string;
  differences(low: number | undefined, high: number | undefined): string;
  /** What an axis is labelled with, after the scorer's name. */
  unit: string;
  differenceUnit: string;
  /** A score in the units it is written in. */
  scale(value: number): number;
}

const proportion = scoreFormat(100, oneDecimal, "%", "percent", "points");
const plain = scoreFormat(1, format(",.3~f"), "", "score", "score");

const FORMATS: Readonly<Record<ScoreScale, ScoreFormat>> = {proportion, plain};

/** The format for these scores: percent when all of them lie between 0 and 1. */
export function formatFor(scores: Iterable<number | undefined>): ScoreFormat {
  return FORMATS[scaleOf([[...scores]])];
}

/** As the verdict's own sentences write scores. */
export function scoreFormatOf({scale}: {scale: ScoreScale}): ScoreFormat {
  return FORMATS[scale];
}

/** As the scores by one scorer of a run are written, whichever of its rows are shown. */
export function scorerFormat(
  {scorers}: {scorers: readonly {name: string; scale: ScoreScale}[]},
  scorer: string
): ScoreFormat {
  return FORMATS[scorers.find(({name}) => name === scorer)?.scale ?? "proportion"];
}

function scoreFormat(
  factor: number,
  write: (value: number) => string,
  suffix: string,
  unit: string,
  differenceUnit: string
): ScoreFormat {
  const number = (value: number) =>
    write(factor * value)
      .replace(/^[-\u2212](?=0(\.0*)?$)/, "")
      .replace(/^-/, MINUS);
  const signed = (value: number) => (value > 0 && /[1-9]/.test(number(value)) ? "+" : "") + number(value);
  return {
    score: (value) => (value === undefined ? MISSING : number(value) + suffix),
    interval: (low, high) =>
      low === undefined || high === undefined ? MISSING : `${number(low)} to ${number(high)}${suffix}`,
    difference: (value) => (value === undefined ? MISSING : signed(value)),
    differences: (low, high) =>
      low === undefined || high === undefined ? MISSING : `${signed(low)} to ${signed(high)}`,
    unit,
    differenceUnit,
    scale: (value) => factor * value
  };
}

export function countText(value: number | undefined): string {
  return value === undefined ? MISSING : whole(value);
}

/** A share of one as percent. */
export function percentText(value: number | undefined): string {
  return value === undefined ? MISSING : `${oneDecimal(100 * value)}%`;
}

/** A p value to three digits. */
export function pValue(value: number | undefined): string {
  return value === undefined ? MISSING : value < 0.001 ? "< 0.001" : value.toFixed(3);
}

/** A similarity from 0 to 1, cut, not rounded: only what is equal is alike by 1. */
export function similarityText(value: number | undefined): string {
  if (value === undefined) return MISSING;
  return value === 1 ? "1" : (Math.floor(100 * value) / 100).toFixed(2);
}

/** Milliseconds, in the unit that reads best. */
export function durationText(ms: number | undefined): string {
  if (ms === undefined) return MISSING;
  if (ms >= 60_000) return `${oneDecimal(ms / 60_000)} min`;
  if (ms >= 1000) return `${oneDecimal(ms / 1000)} s`;
  return ms >= 10 ? `${whole(Math.round(ms))} ms` : `${format(".1f")(ms)} ms`;
}

const LEAST_DOLLARS = 1e-6;

/** US dollars; a dash when nobody stated a price. */
export function dollars(value: number | undefined): string {
  if (value === undefined) return MISSING;
  if (value === 0) return "$0";
  if (value > 0 && value < LEAST_DOLLARS) return `< $${LEAST_DOLLARS.toFixed(6)}`;
  return value >= 0.1 ? `$${format(",.2f")(value)}` : `$${format(".2~g")(value)}`;
}

/** A tick of an axis of dollars, in as many digits as set it apart from the others: $0.0150, $0.0152. */
export function dollarTick(value: number, _i: number, ticks: readonly number[] = [value]): string {
  if (new Set(ticks.map(dollars)).size === ticks.length) return dollars(value);
  for (let digits = 2; digits < 9; digits++) {
    const write = format(`,.${digits}f`);
    if (new Set(ticks.map(write)).size === ticks.length) return `$${write(value)}`;
  }
  return dollars(value);
}

/** A number that is only estimated, to two digits: 879,059 is about 880,000. */
export function aboutText(value: number | undefined): string {
  return value === undefined ? MISSING : formatEstimate(value);
}

/** "2026-11-18 09:00" of an ISO time, in UTC as it was recorded. */
export function time(iso: string | undefined): string {
  return iso === undefined ? MISSING : iso.slice(0, 16).replace("T", " ");
}

export function bytes(value: number): string {
  return value >= 1e6
    ? `${oneDecimal(value / 1e6)} MB`
    : value >= 1e3
      ? `${oneDecimal(value / 1e3)} kB`
      : `${value} B`;
}

/** "a", "a and b", "a, b and c". */
export function joinedNames(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

export function pluralText(n: number, one: string, many = `${one}s`): string {
  return `${countText(n)} ${n === 1 ? one : many}`;
}

/** A written difference with its unit, which those of plain scores have not: "2.1 points", "0.5". */
export function withUnit(written: string, {differenceUnit}: ScoreFormat): string {
  return differenceUnit === "points" ? `${written} points` : written;
}
