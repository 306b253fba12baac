import {emptyRecord} from "../../../base/validation/memberOf.js";
import {existsSync} from "node:fs";
import {readdir, writeFile} from "node:fs/promises";
import {basename, join, relative, resolve} from "node:path";
import {ggufParts} from "../../../inference/localModels/index.js";
import {isWeightFile} from "../../../weights/models/index.js";
import {fileStamp} from "../../../base/system/files.js";
import {UserError} from "../../../base/validation/index.js";
import {readJson, writeAtomic} from "../../../base/system/index.js";

/** The weights that lay where a command leaves its model before it was started, by their paths from there. */
type Before = Record<string, string>;

const BEFORE_FILE = "output-before.json";

/** Notes which weights lie in a command's output already, so that they are not taken for its own. What is noted stays. */
export async function noteBefore(folder: string, output: string): Promise<void> {
  const file = join(folder, BEFORE_FILE);
  if (existsSync(file)) return;
  const root = resolve(folder, output);
  const before: Before = emptyRecord();
  for (const dir of [root, ...(await foldersIn(root))])
    for (const name of (await namesIn(dir)).filter(isWeightFile)) {
      const path = join(dir, name);
      before[relative(root, path)] = await stampOf(path);
    }
  await writeAtomic(file, (temporary) => writeFile(temporary, JSON.stringify(before)));
}

/**
 * The folder or GGUF file of the model that a command left in its output, or in a folder directly below it: the first with weights that
 * did not lie there before it was started. Throws a UserError when there is no model, when it has no weights that can be read, and when all weights lay there before.
 */
export async function madeHere(folder: string, output: string): Promise<string> {
  const root = resolve(folder, output);
  const below = (await foldersIn(root)).filter((dir) => !basename(dir).startsWith("checkpoint-"));
  const found = [];
  for (const dir of [root, ...below]) found.push(...(await modelsIn(dir)));
  const models = found.filter(({weights}) => weights.length > 0);
  if (models.length === 0) throw new UserError(await nothingIn(root, found[0]?.path));
  // Jobs of before have no note.
  const before = await readJson<Before>(join(folder, BEFORE_FILE));
  for (const {path, weights} of models) {
    const stamps = await Promise.all(weights.map(stampOf));
    if (weights.some((file, i) => before?.[relative(root, file)] !== stamps[i])) return path;
  }
  throw new UserError(
    `${models[0]!.path} holds the same weights as before the command was started, untouched: it ended well and made none. Name the folder it writes to as \`output\`, one for each job; \`assay models add\` enters a model that was made otherwise.`
  );
}

/** What may be models in a folder, with the files of their weights. */
async function modelsIn(dir: string): Promise<{path: string; weights: string[]}[]> {
  const names = await namesIn(dir);
  const at = (those: readonly string[]) => those.map((name) => join(dir, name));
  const gguf = [
    ...new Set(names.filter((name) => name.endsWith(".gguf")).map((name) => ggufParts(name)[0]!))
  ];
  const folder =
    names.includes("adapter_config.json") || names.includes("config.json")
      ? [{path: dir, weights: at(names.filter((name) => name.endsWith(".safetensors")))}]
      : [];
  return gguf.length === 1
    ? [...folder, {path: join(dir, gguf[0]!), weights: at(ggufParts(gguf[0]!))}]
    : folder;
}

async function nothingIn(root: string, found: string | undefined): Promise<string> {
  if (found === undefined)
    return `${root} has no model (adapter_config.json, config.json or a GGUF file): the command ended well and left none there. Name the folder it writes to as \`output\`, or look at its log: what it started may never have run.`;
  const pickled = (await namesIn(found)).find((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
  return pickled === undefined
    ? `${found} has no weights (*.safetensors or a GGUF file), only settings: the command ended well and left no model there.`
    : `${found} has its weights in ${pickled}, which is not read. Have the command save safetensors (save_pretrained does), or convert it there, and collect again.`;
}

const namesIn = (dir: string): Promise<string[]> => readdir(dir).catch(() => []);

async function foldersIn(root: string): Promise<string[]> {
  const entries = await readdir(root, {withFileTypes: true}).catch(() => []);
  return entries.filter((one) => !one.isFile()).map(({name}) => join(root, name));
}

/** Without the number of the disk, which is another when it is mounted again. */
async function stampOf(path: string): Promise<string> {
  const {stamp} = await fileStamp(path);
  return stamp.slice(stamp.indexOf(" ") + 1);
}
