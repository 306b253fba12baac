import {
  anyObject,
  assertChecked,
  either,
  exactly,
  func,
  listOf,
  number,
  type SchemaShape,
  text
} from "../../base/validation/checked.js";
import type {AnswersOptions, AnswersSource} from "../../data/datasets/index.js";
import type {Subset} from "../../training/finetunes/index.js";
import type {Candidate} from "../runner/define.js";

/** What the students learn, and how they are judged. */
export interface DistillationDefinition {
  /** The file's name without `.distillation.ts` when absent. */
  name?: string;
  /** The eval that judges: its prompt, scorers, split and slices. */
  eval: string;
  /** One of its splits; the first when absent. */
  split?: string;
  /** Whose answers are learned: a candidate of the eval by name, or one of its own. */
  teacher: string | Candidate;
  /**
   * The students that learn the answers. With `subset` they learn only these rows, for the curve of score against rows; one that
   * leaves it out has no curve.
   */
  students(answers: AnswersSource, subset?: Subset): Candidate[];
  /** Which answers are learned, as `answersOf` takes it. */
  answers?: Omit<AnswersOptions, "candidates">;
  /** The largest loss that counts as no worse, in score units; the eval's when absent. */
  margin?: number;
  /** How much a cascade from student to teacher may lose; the margin when absent. */
  maxLoss?: number;
  /** Probability that it loses no more; default 0.95. */
  confidence?: number;
  /** Requests a month that costs are computed for; default 100,000. */
  callsPerMonth?: number;
  /** Months over which data and training are spread; default 24. */
  months?: number;
  /** Trainings a year after the first; default 0. */
  repeatsPerYear?: number;
  /** Price of an hour of the machine that trains; 0 for one that is there anyway. Unknown when absent. */
  usdPerHour?: number;
  /** Shares of the rows at which the curve is measured beside all of them; default [0.25, 0.5]. */
  curve?: number[];
}

/** What a file `distillations/NAME.distillation.ts` exports. */
export interface Distillation {
  definition: DistillationDefinition;
}

/** A distillation of a project's distillations/. */
export interface NamedDistillation extends Distillation {
  name: string;
  /** Path from the project's folder, with forward slashes. */
  path: string;
  /** SHA-256 of the file's text. */
  sha256: string;
}

const amount = () => number({least: 0}).optional();

const shape: SchemaShape<DistillationDefinition> = {
  name: text().optional(),
  eval: text("an eval's name"),
  split: text("a split of the eval").optional(),
  teacher: either("a candidate, or the name of one", text(), anyObject()),
  students: func("a function of the answers that gives candidates"),
  // `answersOf` looks at them.
  answers: anyObject("options of answersOf").optional(),
  margin: number({above: 0}).optional(),
  maxLoss: number({above: 0}).optional(),
  confidence: number({above: 0, most: 0.9999}).optional(),
  callsPerMonth: number({least: 1, most: 1e12}).optional(),
  months: number({least: 1, most: 1200, whole: true}).optional(),
  repeatsPerYear: amount(),
  usdPerHour: amount(),
  curve: listOf(number({above: 0, most: 0.95}), "a list of shares below 1").optional()
};

/** Throws a UserError with everything that keeps something from being a distillation. */
export function checkDistillation(definition: unknown): asserts definition is DistillationDefinition {
  assertChecked(
    "distillation",
    exactly<DistillationDefinition>("a definition such as {eval, teacher, students}", shape),
    definition
  );
}

/**
 * Declares a distillation in `distillations/NAME.distillation.ts`: `assay distil NAME` asks the teacher, trains the students on its
 * answers, and judges them. Throws a UserError that names every member that is unknown, absent or of another kind.
 */
export function distillation(definition: DistillationDefinition): Distillation {
  checkDistillation(definition);
  return {definition};
}
