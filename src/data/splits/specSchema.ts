import type {NearDuplicateSettings} from "../datasets/index.js";
import {
  anyText,
  assertChecked,
  either,
  exactly,
  passing,
  flag,
  holding,
  listOf,
  number,
  oneOf,
  text
} from "../../base/validation/checked.js";
import {momentOf} from "./moment.js";
import {DEFAULT_SHARES} from "./shares.js";
import type {SplitSpec} from "./spec.js";
import {cutoffProblems, windowsWithoutHeldOut, windowProblems} from "./windowProblems.js";

const STRATEGIES: readonly SplitSpec["strategy"][] = [
  "random",
  "group",
  "stratified",
  "stratified-group",
  "temporal",
  "cluster",
  "given"
];

/** More test windows than these are a slip of the keyboard: each is a split, and a run, of its own. */
const MOST_WINDOWS = 1000;

const share = () => number({least: 0, below: 1}).optional();
const moment = () =>
  passing(
    (value) => typeof value === "string" && momentOf(value) !== undefined,
    'a date or time in ISO 8601, such as "2026-03-01" or "2026-03-01T12:00:00Z"'
  );

const nearSchema = exactly<NearDuplicateSettings>("settings such as {threshold: 0.8}", {
  threshold: number({above: 0, most: 1}).optional(),
  foldNumbers: flag().optional()
});

const stated = exactly<SplitSpec>(
  'a split such as {strategy: "random"}',
  {
    name: text().optional(),
    strategy: oneOf(STRATEGIES),
    group: text("a column's name").optional(),
    column: text("a column's name").optional(),
    cutoffs: exactly<NonNullable<SplitSpec["cutoffs"]>>('cut-offs such as {test: "2026-01-01"}', {
      validation: moment().optional(),
      test: moment()
    }).optional(),
    rolling: either(
      "a number of windows or a list of cut-offs",
      number({least: 1, most: MOST_WINDOWS, whole: true}),
      listOf(moment(), "a list of cut-offs", 1)
    ).optional(),
    window: number({least: 1, whole: true}).optional(),
    gap: passing(
      (value) => typeof value === "string" && GAP.test(value),
      'a length of time such as "7 days", "12 hours" or "1 month"'
    ).optional(),
    near: nearSchema.optional(),
    validation: share(),
    test: share(),
    heldOut: share(),
    seed: anyText().optional()
  },
  {sealed: "is called `heldOut` now"}
);

/** A length of time as DuckDB's `interval` takes it. */
const GAP = /^\d{1,6} (second|minute|hour|day|week|month|year)s?$/;

/** What a split's spec may say. */
export const splitSchema = holding<SplitSpec>(stated, (spec) => {
  const {
    strategy,
    validation = DEFAULT_SHARES.validation,
    test = DEFAULT_SHARES.test,
    heldOut = DEFAULT_SHARES.heldOut
  } = spec;
  const problems: {path?: string[]; message: string}[] = [];
  const goesWith = (member: "cutoffs" | "rolling" | "gap" | "column", wanted: SplitSpec["strategy"]) => {
    if (spec[member] !== undefined && strategy !== wanted)
      problems.push({path: [member], message: `goes with the strategy ${wanted}, not ${strategy}`});
  };
  for (const member of ["cutoffs", "rolling", "gap"] as const) goesWith(member, "temporal");
  goesWith("column", "given");
  if (strategy === "given" && spec.column === undefined)
    problems.push({
      path: ["column"],
      message: "must name the column that holds the part, for the strategy given"
    });
  if (spec.rolling === undefined && !spec.cutoffs && strategy !== "given" && validation + test + heldOut >= 1)
    problems.push({
      message: `validation ${validation}, test ${test} and heldOut ${heldOut} must leave something to train on`
    });
  for (const message of windowProblems(spec)) problems.push({path: ["rolling"], message});
  for (const message of cutoffProblems(spec)) problems.push({path: ["cutoffs"], message});
  const unheld = windowsWithoutHeldOut(spec);
  if (unheld) problems.push({path: ["heldOut"], message: unheld});
  return problems;
});

/** Throws UserError with everything that keeps something from being a split's spec. */
export function assertSplit(spec: unknown): asserts spec is SplitSpec {
  const {name, strategy} = (spec ?? {}) as {name?: unknown; strategy?: unknown};
  const called = [name, strategy].find((one) => typeof one === "string" && one.length <= 80);
  assertChecked(called === undefined ? "split" : `split ${called as string}`, splitSchema, spec);
}
