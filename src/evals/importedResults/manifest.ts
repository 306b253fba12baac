import {hashJson} from "../../base/system/index.js";
import {type RunManifest, whoOpens} from "../../base/store/index.js";
import type {CombinedResults} from "./combine.js";
import {type ImportedFile, importedVersion, type SealImportedOptions} from "./types.js";

interface ImportedManifestInputs {
  id: string;
  planHash: string;
  files: readonly ImportedFile[];
  combined: CombinedResults;
  options: SealImportedOptions;
  now: number;
}

/** What the store keeps of the run. It is partial where answers are missing, by a file's own word or beside another candidate's. */
export function manifestOf({
  id,
  planHash,
  files,
  combined,
  options,
  now
}: ImportedManifestInputs): RunManifest {
  const {rows, candidates, answers, primary, notes} = combined;
  const failed = answers.filter((answer) => answer.failed !== undefined).length;
  const scored = answers.filter(({scores}) =>
    scores.some(({scorer, value}) => scorer === primary && value !== undefined)
  ).length;
  const stopped = stoppedText(combined);
  const time = new Date(now).toISOString();
  const costs = answers.flatMap(({costUsd}) => costUsd ?? []);
  const unpriced = answers.filter(({failed, costUsd}) => failed === undefined && costUsd === undefined);
  const rowsHash = hashJson(rows.map(({id, hash}) => [id, hash]));
  return {
    kind: "run",
    schemaVersion: 1,
    id,
    eval: options.eval,
    title: options.title,
    margin: options.margin,
    publish: options.publish ?? "ids",
    status: stopped === undefined ? "complete" : "partial",
    stopped,
    planHash,
    dataset: {name: options.eval, version: rowsHash.slice(0, 16), rows: rows.length},
    split: {id: "imported", name: "imported", strategy: "imported", part: "test", seed: ""},
    candidates: candidates.map(({name, model, pricedAs, tool, baseUrl, hosting = "unknown"}, i) => ({
      name,
      model,
      pricedAs,
      endpoint: tool,
      endpointKind: "imported",
      hosting,
      identity: identityOf(baseUrl),
      params: {},
      baseline: i === 0 ? true : undefined
    })),
    variants: [{name: "default", sha256: ""}],
    scorers: combined.scorers.map((scorer) => ({
      name: scorer.name,
      version: importedVersion(scorer),
      binary: scorer.binary,
      human: scorer.human || undefined
    })),
    primaryScorer: primary,
    slices: combined.slices,
    repeats: combined.repeats,
    seed: planHash.slice(0, 16),
    evalFile: options.evalFile,
    counts: {
      planned: Math.max(gridOf(combined), answers.length + combined.missing),
      completed: answers.length - failed,
      failed,
      reused: 0,
      scored,
      unscored: answers.length - failed - scored
    },
    costUsd: costs.length > 0 ? costs.reduce((sum, cost) => sum + cost, 0) : undefined,
    unpricedCalls: unpriced.length,
    startedAt: time,
    sealedAt: time,
    seconds: 0,
    code: options.code,
    command: options.command,
    gate: options.gate,
    imported: {
      by: whoOpens(),
      files: files.map(({path, sha256, bytes, tool, version, answers}) => ({
        path,
        sha256,
        bytes,
        tool,
        version,
        answers: answers.length,
        candidate: answers[0]?.candidate
      })),
      cluster: combined.cluster,
      notes: notes.length > 0 ? notes : undefined
    }
  };
}

const identityOf = (baseUrl: string | undefined): Record<string, string> =>
  baseUrl === undefined ? {} : {baseUrl};

/** The number of answers where every candidate has one to each row and repeat. */
const gridOf = ({rows, candidates, repeats}: CombinedResults) => rows.length * candidates.length * repeats;

/** How many files are named that lack answers. */
const MOST_NAMED = 3;

/** Why answers are missing; undefined where none is known to be. */
function stoppedText(combined: CombinedResults): string | undefined {
  const {answers, lacks} = combined;
  const more = lacks.length - MOST_NAMED;
  const texts = [
    ...lacks.slice(0, MOST_NAMED),
    ...(more > 0 ? [`${more} more ${more === 1 ? "file is" : "files are"} not whole`] : []),
    ...(answers.length < gridOf(combined) ? [missingText(combined)] : [])
  ];
  return texts.length > 0 ? texts.join("; ") : undefined;
}

/** Which candidates have fewer rows than there are. */
function missingText({rows, candidates, answers, repeats}: CombinedResults): string {
  const counts = new Map<string, number>();
  for (const {candidate} of answers) counts.set(candidate, (counts.get(candidate) ?? 0) + 1);
  const short = candidates.filter(({name}) => (counts.get(name) ?? 0) < rows.length * repeats);
  const named = short
    .slice(0, 3)
    .map(({name}) => `${name} has ${counts.get(name) ?? 0} of ${rows.length * repeats} answers`);
  return `the files lack answers: ${named.join(", ")}${short.length > 3 ? `, and ${short.length - 3} more candidates lack some` : ""}`;
}
