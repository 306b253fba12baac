import {identifiedVersion} from "../../scorers/scorerVersion.js";
import {isSplitBy} from "../../../data/splits/index.js";
import {canonicalJson} from "../../../base/system/index.js";
import {
  readSplit,
  readVersion,
  type RunCandidate,
  type RunManifest,
  type SplitManifest,
  type Store,
  type VersionManifest
} from "../../../base/store/index.js";
import type {Candidate, EvalDefinition} from "../define.js";
import {variantsOf} from "./prompts.js";
import {closeCandidates, readyCandidates} from "./readyCandidates.js";

export interface ComparedRun {
  run: RunManifest;
  /** The candidates of the race whose last round the run is. */
  raced?: readonly string[];
}

/**
 * Tells in which parts a run is of another definition than `definition`, such as "the prompt": those that a run made now would
 * not share. Empty where none is known. Nobody is called and nothing is made, so what only a plan of all rows tells
 * counts as the same: what functions of a row give. So do gates, margin and texts, the part, and what a run was told beside its definition
 * (`--limit`, `--candidate`, `--repeat`). Candidates are held against the run's own version and split: newer rows are no other definition.
 */
export function otherDefinition(
  store: Store,
  definition: EvalDefinition
): (compared: ComparedRun) => Promise<string[]> {
  const scorers = scorerVersions(definition);
  const identities = new Map<string, Promise<AnswerIdentity | undefined>>();
  return async ({run, raced}) => {
    const version = await readVersion(store.workspace, {dataset: run.dataset.name, id: run.dataset.version});
    const split = await readSplit(store.workspace, {dataset: run.dataset.name, id: run.split.id});
    const found = [
      ...ofRows(definition, run, {version, split}),
      ...ofAsking(definition, run),
      ...ofScoring(definition, run, await scorers)
    ];
    if (found.length > 0 || !version) return found;
    if (!split) return found;
    const identityOf = (candidate: Candidate) => {
      const key = JSON.stringify([candidate.name, version.id, split.id]);
      const known = identities.get(key) ?? identify(candidate, definition, {store, version, split});
      identities.set(key, known);
      return known;
    };
    return ofCandidates(definition, {run, raced}, identityOf);
  };
}

function ofRows(
  {dataset, split: specs}: EvalDefinition,
  {dataset: {name}, split}: RunManifest,
  stored: {version: VersionManifest | undefined; split: SplitManifest | undefined}
): string[] {
  if ((typeof dataset === "string" ? dataset : dataset.name) !== name) return ["the dataset"];
  const spec = [specs].flat().find((one) => (one.name ?? one.strategy) === split.name);
  const {version} = stored;
  const isSame = spec && (!version || isSplitBy(stored.split ?? split, version, spec));
  return isSame ? [] : ["the split"];
}

function ofAsking(definition: EvalDefinition, run: RunManifest): string[] {
  const prompts = (variants: RunManifest["variants"]) =>
    canonicalJson(variants.map(({name, sha256}) => [name, sha256]));
  const present = variantsOf(definition.prompt, [], () => undefined);
  const {fewShot, repeats = 1, seed = "assay"} = definition;
  // There may be fewer examples than were asked for, in the split or since a purge.
  const examples = run.fewShot?.length ?? 0;
  const isSameFewShot = fewShot ? examples <= fewShot.count && (examples > 0 || run.purged) : examples === 0;
  return [
    prompts(present) === prompts(run.variants) ? "" : "the prompt",
    isSameFewShot ? "" : "the few-shot examples",
    repeats === run.repeats || wasTold(run, "repeat") ? "" : "the repeats",
    seed === run.seed ? "" : "the seed"
  ].filter(Boolean);
}

/** Whether a run was told an option that takes the place of what the eval states. */
function wasTold({command}: RunManifest, option: "candidate" | "repeat"): boolean {
  return command.includes(` --${option} `);
}

type Versions = ReadonlyMap<string, string | undefined>;

/** Those of the definition's scorers; undefined where it cannot be told without reaching the model that it asks. */
async function scorerVersions({scorers}: EvalDefinition): Promise<Versions> {
  const versions = new Map<string, string | undefined>();
  for (const [name, scorer] of Object.entries(scorers))
    versions.set(name, await identifiedVersion(scorer).catch(() => undefined));
  return versions;
}

function ofScoring({primary, slices = []}: EvalDefinition, run: RunManifest, versions: Versions): string[] {
  const then = new Map(run.scorers.map(({name, version}) => [name, version]));
  const names = [...new Set([...then.keys(), ...versions.keys()])];
  const changed = names.filter((name) => {
    const isInBoth = then.has(name) && versions.has(name);
    return !isInBoth || (versions.get(name) ?? then.get(name)) !== then.get(name);
  });
  const sliceNames = Array.isArray(slices) ? slices : Object.keys(slices);
  return [
    ...changed.map((name) => `the scorer ${name}`),
    (primary ?? [...versions.keys()][0]) === run.primaryScorer ? "" : "the primary scorer",
    canonicalJson(sliceNames) === canonicalJson(run.slices) ? "" : "the slices"
  ].filter(Boolean);
}

async function ofCandidates(
  {candidates}: EvalDefinition,
  {run, raced}: ComparedRun,
  identityOf: (candidate: Candidate) => Promise<AnswerIdentity | undefined>
): Promise<string[]> {
  const then = new Map(run.candidates.map((one) => [one.name, one]));
  const present = new Map(candidates.map((one) => [one.name, one]));
  const mayLack = (name: string) => (raced ? raced.includes(name) : wasTold(run, "candidate"));
  const changed: string[] = [];
  for (const name of new Set([...present.keys(), ...(raced ?? []), ...then.keys()])) {
    const [candidate, recorded] = [present.get(name), then.get(name)];
    if (!candidate || (!recorded && !mayLack(name))) changed.push(name);
    else if (recorded) {
      const identity = await identityOf(candidate);
      if (identity === "never made" || (identity && identity !== identityIn(recorded))) changed.push(name);
    }
  }
  const asked = candidates.filter(({name}) => then.has(name));
  const baseline = (asked.find((one) => one.baseline) ?? asked[0])?.name;
  const wasBaseline = run.candidates.find((one) => one.baseline)?.name;
  return [
    ...changed.map((name) => `the candidate ${name}`),
    ...(raced || changed.length > 0 || baseline === wasBaseline ? [] : ["the baseline"])
  ];
}

/** Canonical JSON of all that decides a candidate's answers, or that its model was never made. */
type AnswerIdentity = string;

function identityIn({model, endpointKind, identity, params, tools}: RunCandidate): AnswerIdentity {
  return canonicalJson(JSON.parse(JSON.stringify({model, endpointKind, identity, params, tools})));
}

/** Undefined where it cannot be told here: weights that are not on this machine, a key that is not set. */
async function identify(
  candidate: Candidate,
  {seed = "assay"}: EvalDefinition,
  {store, version, split}: Pick<Parameters<typeof readyCandidates>[1], "store" | "version" | "split">
): Promise<AnswerIdentity | undefined> {
  try {
    const ready = await readyCandidates(
      {candidates: [candidate], seed, baseline: candidate.name},
      {store, version, split, dryRun: true, onMessage: () => undefined}
    );
    await closeCandidates(ready);
    const [{prepared, record}] = ready as [(typeof ready)[number]];
    if (prepared.neverMade) return "never made";
    return prepared.notMade ? undefined : identityIn(record);
  } catch {
    return undefined;
  }
}
