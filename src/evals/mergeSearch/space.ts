import {memberOf} from "../../base/validation/memberOf.js";
import {readYaml} from "../../base/system/index.js";
import {METHODS} from "../../weights/merge/index.js";
import {
  anyObject,
  assertChecked,
  byName,
  exactly,
  holding,
  listOf,
  number,
  oneOf,
  text
} from "../../base/validation/checked.js";
import {UserError} from "../../base/validation/index.js";
import type {ModelManifest} from "../../weights/models/index.js";

/** What a search tries, as a SPACE.yml states it. */
export interface SearchSpace {
  /** The eval that says how models are asked and scored. */
  eval: string;
  /** One of its splits; the first when absent. */
  split?: string;
  /** Models of the store, by name or id. */
  models: string[];
  /** What they were fine-tuned from: most methods measure from it. */
  base?: string;
  methods: string[];
  /** Each model is given each of these, in each layer group on its own; slerp and nearswap take them as `t`. */
  weights?: number[];
  densities?: number[];
  /** Layer groups: a name, and what the names of its tensors contain. Tensors of no group are the group "rest". */
  layers?: Record<string, string>;
  /** Merges to try at most. */
  tries?: number;
  seed?: string;
  /** Chance that the race drops the truly best one. */
  errorRate?: number;
  /** How language models are asked; greedily when absent. */
  params?: Record<string, unknown>;
}

export const DEFAULT_TRIES = 16;

const schema = holding<SearchSpace>(
  exactly<SearchSpace>("a search space such as {eval, models, methods}", {
    eval: text("an eval's name"),
    split: text("a split's name").optional(),
    models: listOf(text("a model's name or id"), "a list of models", 2),
    base: text("a model's name or id").optional(),
    methods: listOf(oneOf(Object.keys(METHODS)), "a list of merge methods", 1),
    weights: listOf(number(), "a list of numbers", 1).optional(),
    densities: listOf(number({above: 0, most: 1}), "a list of numbers", 1).optional(),
    layers: byName(text("what tensors' names contain"), "layer groups by name", 1).optional(),
    tries: number({least: 1, most: 200, whole: true}).optional(),
    seed: text().optional(),
    errorRate: number({above: 0, below: 1}).optional(),
    params: anyObject("sampling parameters").optional()
  }),
  (space) => [...twice(space), ...methodProblems(space)]
);

/** Reads a search space. Throws a UserError that names everything wrong with it, values with their paths. */
export function readSpace(source: string, file: string): SearchSpace {
  const {documents, problems} = readYaml(source);
  if (problems.length > 0)
    throw new UserError(
      problems
        .map(({line, message}) => `${file}${line === undefined ? "" : ` line ${line}`}: ${message}`)
        .join("\n")
    );
  const space = documents[0]?.value;
  assertChecked(file, schema, space);
  return space as SearchSpace;
}

interface SpaceProblem {
  path: (string | number)[];
  message: string;
}

function twice({models, methods}: SearchSpace): SpaceProblem[] {
  const of = (name: string, values: readonly string[]) =>
    values.flatMap((value, i) =>
      values.indexOf(value) === i ? [] : [{path: [name, i], message: `names ${value} a second time`}]
    );
  return [...of("models", models), ...of("methods", methods)];
}

function methodProblems({models, methods, base, weights, densities}: SearchSpace): SpaceProblem[] {
  return methods.flatMap((name, i) => {
    const path = ["methods", i];
    const method = memberOf(METHODS, name)!;
    const {min, max} = method.models;
    const problems: SpaceProblem[] = [];
    if (isPairwise(name) ? models.length !== 2 : models.length < min || models.length > max)
      problems.push({path, message: `holds ${name}, which cannot merge ${models.length} models`});
    if (method.base === "required" && !isPairwise(name) && base === undefined)
      problems.push({
        path,
        message: `holds ${name}, which needs \`base\`: what the models were fine-tuned from`
      });
    if (weights === undefined && takesWeights(name))
      problems.push({path, message: `holds ${name}, which needs \`weights\``});
    if (densities === undefined && takesDensities(name))
      problems.push({path, message: `holds ${name}, which needs \`densities\``});
    const {t} = method.global;
    const {min: least = -Infinity, max: most = Infinity} = t?.searched ?? t ?? {};
    if (weights?.some((weight) => weight < least || weight > most))
      problems.push({
        path,
        message: `holds ${name}, which takes \`weights\` as its t: from ${least}${most === Infinity ? " on" : ` to ${most}`}`
      });
    return problems;
  });
}

/** Methods that move one model towards one other: they take the two models, and no third as their base. */
export function isPairwise(name: string): boolean {
  const {base, models} = memberOf(METHODS, name)!;
  return base === "required" && models.max === 1;
}

/** Whether `weights` change what a method gives. */
export function takesWeights(name: string): boolean {
  const {perModel, global} = memberOf(METHODS, name)!;
  return "weight" in perModel || "t" in global;
}

/** Whether a method's `t` is a step in the units of the weights: any other `t` gives another merge, be it as small as it may. */
export function takesStep(name: string): boolean {
  const {t} = memberOf(METHODS, name)!.global;
  return t !== undefined && t.max === undefined;
}

export function takesDensities(name: string): boolean {
  return "density" in memberOf(METHODS, name)!.perModel;
}

/** Whether a method, as a search uses it, measures from `base` where the space has one. */
export function needsBase(name: string): boolean {
  return name !== "linear" && name !== "karcher";
}

/** The models of a search, by the names it gives them. */
export interface SearchModels {
  models: ModelManifest[];
  base?: ModelManifest;
  /** Of names that mean several models, which is taken. */
  notes: string[];
}
