import type {EvalTask} from "../task.js";
import type {ReadyCandidate} from "./readyCandidates.js";

/** What decides a sealed run beside its rows, prompts and keys. */
export function planHeader(
  {definition, resolved, inputs: {version, split, options = {}}}: EvalTask,
  ready: readonly ReadyCandidate[],
  variants: readonly {name: string; sha256: string}[]
): Record<string, unknown> {
  return {
    eval: resolved.name,
    version: version.sha256,
    split: split.sha256,
    part: resolved.part,
    seed: resolved.seed,
    repeats: resolved.repeats,
    limit: options.limit ?? null,
    wholeGroups: options.wholeGroups ? true : undefined,
    // What a candidate reads is in its keys.
    candidates: ready.map(({record}) => ({...record, reads: undefined})),
    variants: variants.map(({name, sha256}) => ({name, sha256})),
    scorers: resolved.scorers.map(({name, version: scorer}) => ({name, version: scorer})),
    primary: resolved.primary,
    slices: resolved.sliceNames,
    gate: definition.gate ?? null,
    title: definition.title ?? null,
    description: definition.description ?? null,
    margin: definition.margin ?? null,
    publish: resolved.publish
  };
}
