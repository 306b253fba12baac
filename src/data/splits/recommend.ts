import {classShift} from "../../base/stats/shift.js";
import type {SplitManifest, VersionManifest} from "../../base/store/index.js";
import {askedParts, emptyParts} from "./askedParts.js";
import {currentMeasures} from "./currentMeasures.js";
import type {SplitMeasures} from "./measure.js";
import type {SplitSpec} from "./spec.js";

/** A split whose test part leaks more than this share of its rows, by any measure, is not called clean. */
export const CLEAN = 0.01;

/** Of clean splits the first of these is taken: what is nearest to later use, then what is best balanced. */
const PREFERENCE = ["given", "temporal", "stratified-group", "cluster", "group", "stratified", "random"];

/** The measures that decide: copied words and groups. What is close in meaning or in letters is told, and decides nothing. */
const KINDS = [
  {
    name: "exactLeakage",
    words: "repeat a text of the training part",
    one: "repeats a text of the training part"
  },
  {
    name: "nearLeakage",
    words: "have a near-duplicate in the training part",
    one: "has a near-duplicate in it"
  },
  {
    name: "ngramLeakage",
    words: "share 13 words in a row with the training part",
    one: "shares 13 words in a row with it"
  },
  {name: "groupLeakage", words: "belong to a group of the training part", one: "belongs to a group of it"}
] as const;

export interface SplitChoice {
  /** Id of the split to use. */
  split: string;
  strategy: string;
  /** The largest leakage share of the split, from 0 to 1; undefined when nothing could be measured. */
  worst?: number;
  /** A few sentences for a reader, without markup. */
  sentence: string;
}

/**
 * Which of several splits of one version to use, and why. Splits without rows in a part that they were asked for are
 * passed over; undefined when none is left. Pure, so that a page says the same as the command line.
 */
export function recommendSplit(splits: readonly SplitManifest[]): SplitChoice | undefined {
  const usable = splits.filter(
    (split) => split.counts.test && split.counts.train && emptyParts(split).length === 0
  );
  if (usable.length === 0) return undefined;
  // Of rolling windows the last is trained on most, and is nearest to use.
  const rank = (split: SplitManifest) =>
    (PREFERENCE.includes(split.strategy) ? PREFERENCE.indexOf(split.strategy) : PREFERENCE.length) -
    windowOf(split) / 1e6;
  const measured = usable.filter((split) => worstLeak(split) !== undefined);
  if (measured.length === 0) {
    const first = [...usable].sort((a, b) => rank(a) - rank(b))[0]!;
    return {
      split: first.id,
      strategy: first.strategy,
      sentence: usable.some(({measures}) => currentMeasures({measures}).edition === undefined)
        ? `Use the ${first.name} split for now: its leakage is not measured as it is now. Measure it with \`assay split ${first.dataset} --measure\`.`
        : `Use the ${first.name} split for now: the dataset names neither a text nor a group column, so leakage could not be measured.`
    };
  }
  const balanced = measured.filter((split) => !isUpsideDown(split));
  const fit = balanced.length > 0 ? balanced : measured;
  const clean = fit.filter((split) => worstLeak(split)!.share <= CLEAN);
  const choice = clean.length
    ? [...clean].sort((a, b) => Number(drifts(a)) - Number(drifts(b)) || rank(a) - rank(b))[0]!
    : [...fit].sort((a, b) => worstLeak(a)!.share - worstLeak(b)!.share || rank(a) - rank(b))[0]!;
  return {
    split: choice.id,
    strategy: choice.strategy,
    worst: worstLeak(choice)!.share,
    sentence: [
      reason(choice, measured, clean.length > 0),
      passedOver(choice, measured),
      withEmptyParts(splits),
      neighbours(choice),
      windows(choice, usable),
      remark(choice)
    ]
      .filter(Boolean)
      .join(" ")
  };
}

function reason(choice: SplitManifest, measured: readonly SplitManifest[], clean: boolean): string {
  const own = worstLeak(choice)!;
  const leaking = measured.filter((split) => split !== choice && worstLeak(split)!.share > CLEAN);
  const worst = leaking.sort((a, b) => worstLeak(b)!.share - worstLeak(a)!.share)[0];
  const against = worst
    ? `; under the ${worst.name} split ${percent(worstLeak(worst)!.share)} of test rows ${worstLeak(worst)!.words}, so its scores are likely too high`
    : "";
  if (clean) {
    const leaks =
      own.share === 0
        ? `no test row ${alternatives(KINDS.filter(({name}) => measuresOf(choice)[name]).map(({one}) => one))}`
        : `${percent(own.share)} of its test rows ${own.words}${others(choice)}`;
    return `Use the ${choice.name} split: ${leaks}${against}.`;
  }
  return `No strategy is clean. The ${choice.name} split leaks least: ${percent(own.share)} of its test rows ${own.words}${against}.`;
}

/** A few large groups or clusters fell into one part: more test than training rows, and half the training rows asked for. */
function isUpsideDown({counts, settings, strategy}: SplitManifest): boolean {
  const asked = askedParts({strategy, settings}).find(({part}) => part === "train")?.share ?? 1;
  const rows = Object.values(counts).reduce((sum, n) => sum + n, 0);
  return /group|cluster/.test(strategy) && counts.test! > counts.train! && counts.train! < (asked / 2) * rows;
}

function passedOver(choice: SplitManifest, measured: readonly SplitManifest[]): string | undefined {
  const own = worstLeak(choice)!.share;
  const better = measured
    .filter((split) => isUpsideDown(split) && !isUpsideDown(choice) && worstLeak(split)!.share < own)
    .sort((a, b) => worstLeak(a)!.share - worstLeak(b)!.share)[0];
  return better
    ? `The ${better.name} split leaks less (${percent(worstLeak(better)!.share)}), but a few large groups leave it ${better.counts.train} training rows for ${better.counts.test} test rows: drop duplicates with a filter, then split again.`
    : undefined;
}

function withEmptyParts(splits: readonly SplitManifest[]): string | undefined {
  const told = splits
    .map((split) => ({name: split.name, parts: emptyParts(split)}))
    .filter(({parts}) => parts.length > 0)
    .map(({name, parts}) => `${name} (no ${parts.join(", no ")} rows)`);
  return told.length === 0
    ? undefined
    : `Passed over, since a part that was asked for is empty: ${told.join(", ")}.`;
}

/** Rows close in meaning or in letters are no copies: they are told of, and decide nothing. */
function neighbours(choice: SplitManifest): string | undefined {
  const {embeddingLeakage: meaning, shortTextLeakage: letters} = measuresOf(choice);
  const told = [
    meaning && meaning.share > CLEAN
      ? `${percent(meaning.share)} of ${meaning.searched < (choice.counts.test ?? 0) ? "a sample of them" : "them"} are close in meaning to a training row (cosine ${meaning.threshold} or more)`
      : undefined,
    letters && letters.share > CLEAN
      ? `${percent(letters.share)} of ${letters.searched < letters.short ? `a sample of ${letters.searched}` : `the ${letters.short}`} short ones are near-twins of a short training row (TF-IDF cosine ${letters.threshold} or more)`
      : undefined
  ].filter((part) => part !== undefined);
  return told.length === 0
    ? undefined
    : `These measures see copied words and groups only: ${told.join("; ")}.`;
}

/** What is said of the measures below the largest. */
function others(split: SplitManifest): string {
  return KINDS.filter(({name}) => measuresOf(split)[name]).length > 1
    ? ", and no other measure of copied words or groups finds more"
    : "";
}

function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)!}`;
}

function windows(choice: SplitManifest, usable: readonly SplitManifest[]): string | undefined {
  const others = usable.filter((split) => split !== choice && windowOf(split) > 0).length;
  if (windowOf(choice) === 0 || others === 0) return undefined;
  return `The other ${others === 1 ? "window shows" : `${others} windows show`} how scores move over time.`;
}

function windowOf({settings}: SplitManifest): number {
  return typeof settings.window === "number" ? settings.window : 0;
}

function remark(choice: SplitManifest): string | undefined {
  const {labelPsi: psi, labelChiSquared} = measuresOf(choice);
  if (psi === undefined) return undefined;
  const index = `PSI ${psi.toFixed(3)}`;
  switch (shiftIn(choice)) {
    case "undecided":
      return `Class shares of test and training: too few rows per class to tell whether they differ (${index}${labelChiSquared ? `, p ${labelChiSquared.p.toPrecision(2)}` : ""}).`;
    case "strong":
      return choice.strategy === "temporal"
        ? `Classes drift over time (${index}), as they will in use.`
        : `Class shares of test and training differ strongly (${index}): look at scores by class.`;
    case "slight":
      return `Class shares of test and training differ slightly (${index}).`;
    default:
      return `Class shares of test and training are alike (${index}).`;
  }
}

/** Drift over time is what a temporal split is there to show. */
function drifts(split: SplitManifest): boolean {
  return split.strategy !== "temporal" && shiftIn(split) === "strong";
}

function shiftIn(split: SplitManifest): ReturnType<typeof classShift> | undefined {
  const {labelPsi: psi, labelChiSquared} = measuresOf(split);
  return psi === undefined ? undefined : classShift({psi, p: labelChiSquared?.p});
}

function worstLeak(split: SplitManifest): {share: number; words: string} | undefined {
  const measures = measuresOf(split);
  return KINDS.flatMap(({name, words}) => {
    const share = measures[name]?.share;
    return share === undefined ? [] : [{share, words}];
  }).sort((a, b) => b.share - a.share)[0];
}

function measuresOf(split: SplitManifest): Partial<SplitMeasures> {
  return currentMeasures(split);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** The strategies for which a version names the columns, simplest first. */
export function possibleStrategies(version: VersionManifest): SplitSpec["strategy"][] {
  const {label, group, time, text} = version;
  return [
    "random",
    ...(label ? (["stratified"] as const) : []),
    ...(group ? (["group"] as const) : []),
    ...(group && label ? (["stratified-group"] as const) : []),
    ...(text ? (["cluster"] as const) : []),
    ...(time ? (["temporal"] as const) : [])
  ];
}
