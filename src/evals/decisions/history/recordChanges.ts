import type {ImportedFrom, RunCandidate, RunManifest} from "../../../base/store/index.js";
import {listNames} from "../points.js";

/**
 * What the records of two runs of one eval tell apart of what was asked of the candidates of both, and of whom: "the endpoint of a
 * and b". Of results of other tools it tells of their files.
 */
export function recordChanges(before: RunManifest, now: RunManifest): string[] {
  const source = recordedSourceChange(before, now);
  if (!areRequestsKnown(before, now)) return source === undefined ? [] : [source];
  const changed = new Map<string, string[]>();
  for (const {name} of now.candidates)
    if (before.candidates.some((one) => one.name === name))
      for (const what of ownChanges(before, now, name))
        changed.set(what, [...(changed.get(what) ?? []), name]);
  const examples = differ(before.fewShot, now.fewShot) ? [EXAMPLES] : [];
  return [...examples, ...[...changed].map(([what, names]) => `${what} of ${listNames(names)}`)];
}

/** Whether both runs say what was asked: results of other tools do not. */
export function areRequestsKnown(before: RunManifest, now: RunManifest): boolean {
  return !before.imported && !now.imported;
}

/** Where results come from, if that is not the same. */
export function recordedSourceChange(
  {imported: was}: RunManifest,
  {imported: is}: RunManifest
): string | undefined {
  if (!was && !is) return undefined;
  if (!was || !is) return "where its answers come from";
  const hashes = ({files}: ImportedFrom) => files.map(({sha256}) => sha256).join();
  return hashes(was) === hashes(is) ? undefined : "the result files";
}

/** Everything that a request is made of and that the two runs' records tell apart. */
export function requestChange(before: RunManifest, now: RunManifest, name: string, variant: string): string {
  const prompt = (run: RunManifest) => run.variants.find((one) => one.name === variant)?.sha256;
  const parts = [
    prompt(before) !== prompt(now) ? "the prompt" : "",
    differ(before.fewShot, now.fewShot) ? EXAMPLES : "",
    ...ownChanges(before, now, name)
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : "what is asked";
}

const EXAMPLES = "the examples in the prompt";

const differ = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);

/** What is not the same of a candidate beside the prompt. */
function ownChanges(before: RunManifest, now: RunManifest, name: string): string[] {
  const own = (run: RunManifest): Partial<RunCandidate> =>
    run.candidates.find((one) => one.name === name) ?? {};
  const [was, is] = [own(before), own(now)];
  return [
    was.model !== is.model ? `the model asked (${was.model} → ${is.model})` : "",
    differ(was.params, is.params) ? "the parameters" : "",
    differ(was.tools, is.tools) ? "the tools" : "",
    differ(was.identity, is.identity)
      ? was.modelId === is.modelId
        ? "the endpoint"
        : "the trained model"
      : ""
  ].filter(Boolean);
}
