import {readdir, stat} from "node:fs/promises";
import {basename, dirname, join, relative, resolve} from "node:path";
import {isModelPart, ggufParts} from "../../inference/localModels/index.js";
import {
  ADAPTED,
  addToRecord,
  baseOfAdapter,
  hashedFiles,
  isWeightFile,
  listModels,
  meantModel,
  type ModelManifest,
  mostTold,
  recordModel
} from "../../weights/models/index.js";
import {namedJob} from "../../base/store/jobsNamed.js";
import {UserError} from "../../base/validation/index.js";
import {modelOfCopy, modelsDir, type Workspace} from "../../base/store/index.js";

/** What is known of a model that was made elsewhere. */
export interface MadeElsewhere extends Pick<ModelManifest, "parents" | "training" | "recipe" | "metrics"> {
  /** The file's or folder's own when absent, or that which the store knows it by. */
  name?: string;
  settings: Record<string, unknown>;
  /** The job or export that made it. Given, a record of the same files that names no other is added to. */
  from?: MadeFrom;
  /** Has that record called by `name`, too; else its own stands. */
  rename?: boolean;
  /** Told of that record before it is added to; what it throws keeps the record as it was. */
  onKnown?: (known: ModelManifest) => void;
}

export interface MadeFrom {
  job?: string;
  export?: string;
}

/**
 * Enters a GGUF file, a checkpoint's or an adapter's folder, which stay where they are. The base that an adapter names is a
 * parent when the store has it; it is not fetched.
 */
export async function recordFiles(
  workspace: Workspace,
  path: string,
  {name, parents: stated, from, rename, onKnown, ...made}: MadeElsewhere
): Promise<ModelManifest> {
  const {gguf, folder, names} = await partsAt(path);
  const adapter = names.includes("adapter_config.json");
  if (!gguf && !adapter && !names.includes("config.json"))
    throw new UserError(
      `${path} is no model: it has no config.json and no adapter_config.json. Name the folder of a checkpoint or an adapter, or a GGUF file.`
    );
  if (!gguf && !names.some(isWeightFile))
    throw new UserError(
      `${path} has settings and no weights (*.safetensors). Convert weights of another kind (*.bin) first.`
    );
  const architecture = gguf ? "gguf" : adapter ? "adapter" : "checkpoint";
  const files = await hashedFiles(folder, names);
  const dir = modelsDir(workspace);
  const base = adapter
    ? (await baseOfAdapter(folder, {modelsDir: dir, project: workspace.project})).base
    : undefined;
  const copied = await modelOfCopy(workspace, files);
  const parents = [...(base ? [base] : []), ...stated, ...(copied ? [copied] : [])].flatMap(
    ({id, name: called}, i, all) => (all.findIndex((one) => one.id === id) === i ? [{id, name: called}] : [])
  );
  const told = {...made, parents, folder: relative(workspace.project, folder) || "."};
  const there = {files, folder: resolve(folder)};
  const known = from && resultRecord(await listModels(dir), there, {from, dir, project: workspace.project});
  if (!known) return recordModel(dir, {...told, name: name ?? basename(path), architecture, files});
  onKnown?.(known);
  // What the store keeps itself has no folder, and keeps none.
  return addToRecord(dir, known, {
    ...told,
    name: rename ? name : undefined,
    folder: known.folder && told.folder
  });
}

/** The record of the same model, whoever made it, unless it names another job or export. */
function resultRecord(
  known: readonly ModelManifest[],
  there: Pick<ModelManifest, "files"> & {folder: string},
  {from, dir, project}: {from: MadeFrom; dir: string; project: string}
): ModelManifest | undefined {
  return mostTold(
    known.filter((one) => {
      const own = one.folder === undefined ? join(dir, one.id) : resolve(project, one.folder);
      return (
        one.removed === undefined &&
        one.architecture !== ADAPTED &&
        isSameResult(one.files, there.files, {inPlace: own === there.folder}) &&
        isMadeFrom(one, from)
      );
    })
  );
}

/**
 * Whether files hold the same weights by the same names, and are the same in what else decides what a model writes. A record may
 * leave out some of what lies in its own folder.
 */
function isSameResult(
  recorded: ModelManifest["files"],
  there: ModelManifest["files"],
  {inPlace}: {inPlace: boolean}
): boolean {
  const has = (files: ModelManifest["files"], {path, sha256}: ModelManifest["files"][0]) =>
    files.some((file) => file.path === path && file.sha256 === sha256);
  const decides = ({path}: {path: string}) => isWeightFile(path) || isModelPart(path);
  return (
    recorded.some(({path}) => isWeightFile(path)) &&
    recorded.filter(decides).every((file) => has(there, file)) &&
    there
      .filter(({path}) => isWeightFile(path) || (!inPlace && isModelPart(path)))
      .every((file) => has(recorded, file))
  );
}

/** Whether a record may tell of this job or export: it tells of it, or of none. */
export function isMadeFrom(model: ModelManifest, from: MadeFrom): boolean {
  const isOpen = ({job, export: file}: {job?: unknown; export?: unknown}) => (job ?? file) === undefined;
  const by = {job: namedJob(model), export: model.settings.export};
  return isOpen(from) || isOpen(by) || (by.job === from.job && by.export === from.export);
}

async function partsAt(path: string): Promise<{gguf: boolean; folder: string; names: string[]}> {
  const gguf = (await stat(path)).isFile();
  return gguf
    ? {gguf, folder: dirname(path), names: ggufParts(basename(path))}
    : {gguf, folder: path, names: (await readdir(path)).filter(isPart).sort()};
}

/** A model of the store by its id, the beginning of it or its name, the newest of a name; undefined when there is none. */
export async function modelWithId(
  workspace: Workspace,
  name: string
): Promise<{id: string; name: string} | undefined> {
  const found = meantModel(await listModels(modelsDir(workspace)), name);
  return found && {id: found.id, name: found.name};
}

/** `complete.json` is our own mark of a folder that was fetched whole. */
function isPart(name: string): boolean {
  return /^(?!\.|complete\.json$)(.*\.(safetensors|json|jinja)|tokenizer\.model)$/.test(name);
}
