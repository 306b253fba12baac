import {basename, isAbsolute, relative, resolve} from "node:path";
import {hashJson} from "../../base/system/index.js";
import {
  beginningOf,
  modelsDir,
  originsOf,
  readExports,
  readJobs,
  type Store,
  type Workspace,
  writtenCopies
} from "../../base/store/index.js";
import {type ErasedTraining, erasedTrainingNote} from "./erasedTraining.js";
import {type LineageGraph, lineageGraph} from "./lineageGraph.js";
import type {LineageExport} from "./lineageTrainings.js";
import {listModels} from "./registry.js";
import {statedLicence} from "./statedLicence.js";
import type {ModelManifest} from "./types.js";

/** The lineage of all that a store holds; of archived runs only when asked for. */
export async function storedLineage(
  store: Store,
  {archived}: {archived?: boolean} = {}
): Promise<LineageGraph> {
  const {workspace} = store;
  const dir = modelsDir(workspace);
  const models = await listModels(dir);
  const erased = new Map<string, ErasedTraining>();
  for (const {id} of models) {
    const note = await erasedTrainingNote(dir, id);
    if (note) erased.set(id, note);
  }
  const licences = new Map<string, string | undefined>();
  for (const model of models) licences.set(model.id, await statedLicence(dir, model, workspace.project));
  const all = await store.runs({archived: true});
  const runs = archived ? all : await store.runs();
  const shown = new Set(runs.map(({id}) => id));
  const left = new Set(all.flatMap(({id}) => (shown.has(id) ? [] : id)));
  const exports = await exportsOf(workspace, models);
  const jobs = await readJobs(workspace);
  const known = {project: workspace.project, dir: workspace.dir, models, jobs};
  const begins = jobs.flatMap((job) => {
    const from = beginningOf(job, known);
    return from ? [[job.id, from] as const] : [];
  });
  return lineageGraph({
    versions: await store.versions(),
    splits: await store.splits(),
    // An archived run is not shown, and not missing.
    copies: (await writtenCopies(workspace)).map(({path, ...rest}) => ({
      ...rest,
      ...placeOf(workspace, path)
    })),
    exports: exports.map((one) => (left.has(one.run ?? "") ? {...one, run: undefined} : one)),
    jobs,
    begins: new Map(begins),
    models: models.map((model) => ({...model, parents: originsOf(model, known)})),
    runs,
    licences,
    erased
  });
}

/** Exports of datasets; a copy of the whole store is nothing that a model learns from. No path outside the project is told. */
async function exportsOf(workspace: Workspace, models: readonly ModelManifest[]): Promise<LineageExport[]> {
  const {project} = workspace;
  const noted = (await readExports(workspace)).filter(({dataset}) => dataset !== null);
  return noted.map(({path, ...rest}) => {
    const isOn = ({settings: {export: file}}: ModelManifest) =>
      typeof file === "string" && [resolve(project, file), resolve(file)].includes(path);
    return {
      ...rest,
      ...placeOf(workspace, path),
      models: models.filter(isOn).map(({id}) => id)
    };
  });
}

function placeOf({project}: Workspace, path: string): {id: string; name: string} {
  const own = relative(project, path);
  return {id: hashJson(path), name: isAbsolute(own) || own.startsWith("..") ? basename(path) : own};
}
