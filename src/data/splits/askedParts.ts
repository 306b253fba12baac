import type {SplitManifest} from "../../base/store/index.js";
import {DEFAULT_SHARES} from "./shares.js";
import type {SplitSpec} from "./spec.js";
import {rollingTest} from "./windowProblems.js";

export interface AskedPart {
  part: string;
  /** Of all rows, from 0 to 1; undefined where moments or a column divide the rows. */
  share?: number;
}

type MadeSplit = Pick<SplitManifest, "strategy" | "settings" | "counts" | "heldOut">;

/** More rows than this many times what was asked for are told of. */
const TOO_MANY = 1.5;

/** The parts that a split was asked for. */
export function askedParts({strategy, settings}: Pick<MadeSplit, "strategy" | "settings">): AskedPart[] {
  if (strategy === "given") return [{part: "train"}, {part: "test"}];
  const {rolling, cutoffs, ...shares} = settings as Partial<SplitSpec>;
  if (cutoffs)
    return [{part: "train"}, ...(cutoffs.validation ? [{part: "validation"}] : []), {part: "test"}];
  if (rolling !== undefined) {
    const test = typeof rolling === "number" ? (shares.test ?? rollingTest(rolling)) : undefined;
    return withRows([
      {part: "train"},
      {part: "validation", share: shares.validation ?? 0},
      {part: "test", share: test}
    ]);
  }
  const {
    validation = DEFAULT_SHARES.validation,
    test = DEFAULT_SHARES.test,
    heldOut = DEFAULT_SHARES.heldOut
  } = shares;
  return withRows([
    {part: "train", share: 1 - validation - test - heldOut},
    {part: "validation", share: validation},
    {part: "test", share: test},
    {part: "held-out", share: heldOut}
  ]);
}

/** The parts that a split was asked for and has no row of. */
export function emptyParts(split: MadeSplit): string[] {
  return askedParts(split)
    .filter(({part}) => !split.counts[part])
    .map(({part}) => part);
}

/** What is to be said of parts that are empty or far larger than asked for, why that is and what to do; undefined when none is. */
export function partWarning(split: MadeSplit & Pick<SplitManifest, "name">): string | undefined {
  const {counts} = split;
  const total = Object.values(counts).reduce((sum, rows) => sum + rows, 0);
  const told = askedParts(split).flatMap(({part, share}) => {
    if (part === "held-out" && split.heldOut) return [];
    const rows = counts[part] ?? 0;
    if (rows === 0)
      return [`no row is in ${part}${share === undefined ? "" : ` (asked for: ${percent(share)})`}`];
    // Of few rows one more is rounding.
    return share !== undefined && rows > TOO_MANY * share * total && rows > share * total + 1
      ? [`${rows} of ${total} rows are in ${part} (${percent(rows / total)}; asked for: ${percent(share)})`]
      : [];
  });
  const of = told.length === 0 ? undefined : `split ${split.name}: ${told.join(", ")}. ${reason(split)}`;
  const texts = [of, heldOutNote(split)].filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts.join(" ");
}

/**
 * What is to be said of a held-out part that keeps to the rows that were held out before: that it is larger or smaller than asked for, or
 * has rows of its groups in other parts; undefined when there is nothing to say.
 */
export function heldOutNote({
  name,
  strategy,
  settings,
  counts,
  heldOut
}: MadeSplit & Pick<SplitManifest, "name">): string | undefined {
  if (!heldOut) return undefined;
  const {kept, added, apart} = heldOut;
  const total = Object.values(counts).reduce((sum, rows) => sum + rows, 0);
  const rows = kept + added;
  const share = (settings as Partial<SplitSpec>).heldOut ?? 0;
  const size = `split ${name}: ${rows} of ${total} rows are held out (${percent(rows / total)}; asked for: ${percent(share)})`;
  const texts: string[] = [];
  if (rows > share * total + 1) texts.push(`${size}. What was held out once stays so, in every split.`);
  if (rows < share * total - 1)
    texts.push(
      `${size}. Rows that an earlier split had in another part are not held out any more: rows that no split has had yet make the part larger.`
    );
  if (apart > 0) {
    const together = strategy === "temporal" ? "moment" : strategy === "cluster" ? "cluster" : "group";
    texts.push(
      `${apart} held-out rows have rows of their ${together} in other parts, and may be known from training: what was held out before stays so, and since then rows came or changed that belong to them, or a split held them out that does not keep these together.`
    );
  }
  return texts.length === 0 ? undefined : texts.join(" ");
}

function reason({strategy, settings}: MadeSplit): string {
  const {rolling, cutoffs, gap} = settings as Partial<SplitSpec>;
  switch (strategy) {
    case "given":
      return "The column names no row so: look at its values, or split by another strategy.";
    case "group":
    case "stratified-group":
      return "Rows of one group stay together, and the groups are few or some are large: group by something finer, or take other shares or another seed.";
    case "cluster":
      return "Near-duplicates stay together, with their groups, and the clusters are few or some are large: drop duplicates with a filter, or take other shares or another seed.";
    case "temporal":
      return rolling !== undefined || cutoffs || gap !== undefined
        ? "That is where the rows' times lie, and rows without a time are trained on: take other cut-offs, fewer windows or a shorter gap."
        : "Rows of one moment stay together, and rows without a time are trained on: name a time column that is finer (hours, not days), or take other shares, or `cutoffs` that lie between the rows' times.";
    default:
      return "Rows are few, so that chance decides: take larger shares or another seed, or add rows.";
  }
}

function withRows(parts: readonly AskedPart[]): AskedPart[] {
  return parts.filter(({share}) => share === undefined || share > 0);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
