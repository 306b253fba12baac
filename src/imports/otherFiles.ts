import {canonicalJson, type RunManifest} from "../store/index.js";
import {combine} from "./combine.js";
import {readResults} from "./readResults.js";
import type {ImportedSource} from "./types.js";

/** In which parts an imported run is of other results than `source` names now; what cannot be read counts as the same. */
export async function otherFiles(
  project: string,
  source: ImportedSource,
  run: RunManifest
): Promise<string[]> {
  if (!run.imported) return ["where its answers come from"];
  try {
    const files = await readResults(source.files, {folder: project});
    const {primary, slices, candidates, lacks} = combine(files, source);
    const isSame = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);
    const names = (all: readonly {name: string}[]) => all.map(({name}) => name);
    const hashes = (all: readonly {sha256: string}[]) => all.map(({sha256}) => sha256);
    return [
      isSame(hashes(files), hashes(run.imported.files)) ? "" : "the result files",
      primary === run.primaryScorer ? "" : "the primary scorer",
      isSame(slices, run.slices) ? "" : "the slices",
      isSame(names(candidates), names(run.candidates)) ? "" : "the candidates",
      lacks.length === 0 || run.status === "partial" ? "" : "whether the result files are whole"
    ].filter(Boolean);
  } catch {
    return [];
  }
}
