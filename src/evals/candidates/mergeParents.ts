import {existsSync} from "node:fs";
import {readdir, readFile, rm, stat, utimes} from "node:fs/promises";
import {join} from "node:path";
import type {BuildContext} from "../../training/finetunes/index.js";
import {buildFolder, merge, mergeRecord, type MergeReport} from "../../weights/merge/index.js";
import {
  assertUsable,
  hasLoader,
  isAdapter,
  keepModel,
  mergeConflict,
  type MergeRecord,
  type ModelManifest,
  ownBase,
  roundTable,
  saveModel,
  withoutWeights,
  withPlainFolders
} from "../../weights/models/index.js";
import {decodeSafetensors, encodeSafetensors} from "../../weights/models/safetensors.js";
import {UserError} from "../../base/validation/index.js";
import {hashJson, makeFolder} from "../../base/system/index.js";

/** A model that is merged. */
export interface MergeParent {
  manifest: ModelManifest;
  /** Of an adapter: the model that it was made on. */
  base?: ModelManifest;
  /** What a recipe calls it: ID, or BASE+ADAPTER. */
  reference: string;
}

/**
 * A model as a parent. Throws a UserError for one without weights here, and for an adapter whose base the store does not have: of
 * one that was trained here the base that it was trained on, of others the one that their adapter_config.json names, as for who
 * answers with it.
 */
export async function parentOf(manifest: ModelManifest, context: BuildContext): Promise<MergeParent> {
  const why = withoutWeights(manifest);
  if (why !== undefined) throw new UserError(`${manifest.name} cannot be merged: it is ${why}.`);
  if (!isAdapter(manifest)) return {manifest, reference: manifest.id};
  const {base, named} = await ownBase(context.dir, manifest, context.project ?? process.cwd());
  if (!base)
    throw new UserError(
      `${manifest.name} is an adapter on ${named ?? "a base that its adapter_config.json does not name"}, which the store does not have. Add the model that it was made on with \`assay models add\` first.`
    );
  const no = isAdapter(base) ? "an adapter itself" : withoutWeights(base);
  if (no !== undefined)
    throw new UserError(`${manifest.name} cannot be merged: its base ${base.name} is ${no}.`);
  await assertUsable(context.dir, base);
  return {manifest, base, reference: `${base.id}+${manifest.id}`};
}

/** Warnings of merges: those of a search have many in common. */
const told = new Set<string>();

/** A merge to make. */
export interface MergeRequest {
  name: string;
  recipe: Record<string, unknown>;
  /** Of everything that decides it: what an earlier start left of the same merge goes by it. */
  key: string;
}

/**
 * Merges models by a recipe that calls them by their references, and keeps the result in the store. What is interrupted goes on
 * after its last finished shard.
 */
export async function mergeParents(
  context: BuildContext,
  {name, recipe, key}: MergeRequest,
  parents: readonly MergeParent[]
): Promise<ModelManifest> {
  const manifests = parents.map(({manifest}) => manifest);
  const conflict = mergeConflict(manifests);
  if (conflict) throw new UserError(`${name}: ${conflict}`);
  const known = new Map(
    parents.flatMap(({manifest, base}) => [manifest, ...(base ? [base] : [])]).map((one) => [one.id, one])
  );
  const {work, out} = await workFolder(context.dir, key);
  let isMade = false;
  try {
    const made = await withPlainFolders(
      {modelsDir: context.dir, project: context.project ?? process.cwd()},
      async (plain) => {
        const report = await merge(recipe, {
          out,
          seed: seedNumber(context.seed),
          // Their names are ids of the store.
          drawBy: "name",
          resolveModel: (path) => {
            const model = known.get(path);
            return model && plain(model);
          },
          signal: context.signal
        });
        const record = {
          name,
          parents: manifests.map(({id, name: parent}) => ({id, name: parent})),
          recipe: {method: report.method, sha256: report.recipe.sha256, source: report.recipe.text},
          metrics: mergeFigures(report),
          merge: withParentNames(mergeRecord(report), [...known.values()])
        };
        for (const warning of record.merge.warnings) {
          if (!told.has(warning)) context.onProgress?.(`! ${warning}`);
          told.add(warning);
        }
        const first = manifests[0]!;
        return hasLoader(first.architecture)
          ? keepLike(first, await plain(first), {context, out, record})
          : keepOutput(first, report, {context, out, record});
      }
    );
    isMade = true;
    return made;
  } finally {
    if (isMade || !existsSync(buildFolder(out))) await rm(work, {recursive: true, force: true});
  }
}

/** How long what was left of an interrupted merge is kept. */
const KEPT_MS = 7 * 24 * 3600 * 1000;

/** The folder in which a merge is made, with what an earlier start left of it. What nobody took up goes. */
async function workFolder(dir: string, key: string): Promise<{work: string; out: string}> {
  const all = join(dir, ".merging");
  const work = join(all, key.slice(0, 32));
  const out = join(work, "out");
  await makeFolder(work);
  const now = new Date();
  await utimes(work, now, now);
  for (const name of await readdir(all)) {
    const {mtimeMs} = await stat(join(all, name)).catch(() => ({mtimeMs: Infinity}));
    if (mtimeMs < now.getTime() - KEPT_MS) await rm(join(all, name), {recursive: true, force: true});
  }
  // A merge that was finished and not kept begins anew: its report may be gone already.
  await rm(out, {recursive: true, force: true});
  return {work, out};
}

const WEIGHTS = "model.safetensors";

interface MergeBuild {
  context: BuildContext;
  /** The merge's folder. */
  out: string;
  record: Pick<ModelManifest, "name" | "parents" | "recipe" | "metrics" | "merge">;
}

/** Keeps a classifier's weights packed, with the other files of the first model, whose folder is given. */
async function keepLike(first: ModelManifest, folder: string, made: MergeBuild): Promise<ModelManifest> {
  const {context, out, record} = made;
  const shared = first.files.map(({path}) => path).filter((path) => !ownFiles.has(path));
  return saveModel(context.dir, {
    ...record,
    architecture: first.architecture,
    labels: first.labels,
    settings: {...first.settings, recipe: record.recipe!.sha256},
    files: {
      "config.json": await readFile(join(folder, "config.json")),
      [WEIGHTS]: settled(first, await readFile(join(out, WEIGHTS)))
    },
    pack: {like: first.id},
    sharedFiles: Object.fromEntries(
      await Promise.all(shared.map(async (path) => [path, await readFile(join(folder, path))] as const))
    )
  });
}

/** Keeps a language model's folder as the merge made it: weights of any size, with the tokenizer that the merge has put beside them. */
async function keepOutput(
  first: ModelManifest,
  {architecture}: MergeReport,
  {context, out, record}: MergeBuild
): Promise<ModelManifest> {
  for (const file of ["README.md", "merge_recipe.yml", "merge_report.json"])
    await rm(join(out, file), {force: true});
  return keepModel(context.dir, out, {
    ...record,
    architecture: isAdapter(first) ? (architecture ?? "safetensors") : first.architecture,
    settings: {recipe: record.recipe!.sha256}
  });
}

/** What tells of one model alone: a merge has its own, or none. */
const ownFiles = new Set([WEIGHTS, "config.json", "README.md", "training.json"]);

/** The weights as a trainer would keep them: token tables on their grid. */
function settled({architecture}: ModelManifest, weights: Buffer): Uint8Array {
  if (architecture !== "static-embedding") return weights;
  const tensors = decodeSafetensors(weights);
  roundTable(tensors["embedding.weight"]!.data);
  return encodeSafetensors(tensors);
}

/** The recipe names parents by their references; people know them by their names. */
function withParentNames(record: MergeRecord, parents: readonly ModelManifest[]): MergeRecord {
  const nameOf = (reference: string) =>
    reference
      .split("+")
      .map((id) => parents.find((parent) => parent.id === id)?.name ?? id)
      .join("+");
  return {
    ...record,
    base: record.base === undefined ? undefined : nameOf(record.base),
    models: record.models.map(nameOf),
    layers: record.layers.map(({relations, ...layer}) => ({
      ...layer,
      relations: {...relations, models: relations.models.map(nameOf)}
    })),
    warnings: record.warnings.map((warning) =>
      parents.reduce((text, {id, name}) => text.replaceAll(id, name), warning)
    )
  };
}

/** Norms of the changes, cosines of pairs and sign conflict over all tensors, under names a page can show. */
function mergeFigures(report: MergeReport): Record<string, number> {
  const figures: Record<string, number> = {mergeSeconds: report.timings.mergeSeconds};
  for (const {layer, relations} of report.layers) {
    const where = layer === undefined ? "all" : `layer ${layer}`;
    (relations.deltaNorms ?? relations.norms).forEach(
      (norm, i) => (figures[`norm ${i + 1} (${where})`] = norm)
    );
    const n = relations.models.length;
    for (let a = 0; a < n; a++)
      for (let b = a + 1; b < n; b++) {
        const cosine = relations.cosine[a * n + b];
        if (cosine !== null && cosine !== undefined) figures[`cosine ${a + 1}–${b + 1} (${where})`] = cosine;
      }
    if (relations.signConflict !== null) figures[`sign conflict (${where})`] = relations.signConflict;
  }
  return figures;
}

/** The merge's random methods take a number. */
function seedNumber(seed: string): number {
  return Number.parseInt(hashJson(seed).slice(0, 8), 16);
}
