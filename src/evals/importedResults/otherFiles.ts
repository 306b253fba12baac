import {UserError} from "../../base/validation/index.js";
import {canonicalJson} from "../../base/system/index.js";
import type {RunManifest} from "../../base/store/index.js";
import {combine} from "./combine.js";
import {readResults} from "./readResults.js";
import type {ImportedSource} from "./types.js";

/**
 * In which parts an imported run is of other results than `source` names now. Files that are missing, broken or without what
 * `source` names are other results: what they would give is not known.
 */
export async function otherFiles(
  project: string,
  source: ImportedSource,
  run: RunManifest
): Promise<string[]> {
  const {imported} = run;
  if (!imported) return ["where its answers come from"];
  const present = await presentOf(project, source);
  if (!present) return ["the result files, which cannot be read as the eval states"];
  const {files, primary, slices, candidates, lacks} = present;
  const isSame = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);
  const names = (all: readonly {name: string}[]) => all.map(({name}) => name);
  const hashes = (all: readonly {sha256: string}[]) => all.map(({sha256}) => sha256);
  // Older runs do not say of whom each file was.
  const areNamed = imported.files.every(
    ({candidate}, i) => candidate === undefined || candidate === files[i]?.answers[0]?.candidate
  );
  return [
    isSame(hashes(files), hashes(imported.files)) ? "" : "the result files",
    primary === run.primaryScorer ? "" : "the primary scorer",
    isSame(slices, run.slices) ? "" : "the slices",
    source.cluster === imported.cluster ? "" : "the cluster",
    isSame(names(candidates), names(run.candidates)) && areNamed ? "" : "the candidates",
    lacks.length === 0 || run.status === "partial" ? "" : "whether the result files are whole"
  ].filter(Boolean);
}

async function presentOf(project: string, source: ImportedSource) {
  try {
    const files = await readResults(source.files, {folder: project});
    return {files, ...combine(files, source)};
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}
