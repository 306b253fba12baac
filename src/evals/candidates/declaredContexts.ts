import {type DatasetDefinition, leftOutRows, partRows} from "../../data/datasets/index.js";
import {
  type BuildContext,
  checkedPart,
  dataFacts,
  type DeclaredData
} from "../../training/finetunes/index.js";
import {refusedRows, versionRefusal} from "../../data/privacy/index.js";
import {ensureSplit} from "../../data/splits/index.js";
import {UserError} from "../../base/validation/index.js";
import {
  modelsDir,
  type Row,
  type SplitManifest,
  type Store,
  type VersionManifest
} from "../../base/store/index.js";

/**
 * What is done about rows with unresolved personal data: `refuse` them, `leave out` these rows, refuse `to learn` them where the
 * model is not in the store, of answers `to learn new words` alone, or ask for `nothing`.
 */
export type Unresolved = "refuse" | "leave out" | "to learn" | "to learn new words" | "nothing";

export interface DeclaredOptions extends Pick<BuildContext, "onlyKnown" | "onProgress" | "signal"> {
  store: Store;
  /** The version of a dataset that a fine-tune learns from. */
  versionOf(dataset: DatasetDefinition | string, name: string): Promise<VersionManifest>;
  unresolved(version: VersionManifest): Unresolved;
  /** The context that is known already for some data; undefined for other data. */
  known?(version: VersionManifest, split: SplitManifest): BuildContext | undefined;
}

/**
 * Gives each fine-tune the rows of the dataset and split that it declares as training sees them: no held-out row, and what
 * `unresolved` says of those with unresolved personal data. Throws a UserError that names the ones it refuses.
 */
export function declaredContexts(options: DeclaredOptions): NonNullable<BuildContext["declared"]> {
  const contexts = new Map<string, Promise<BuildContext>>();
  const declared = (data: DeclaredData, name: string) => {
    const {dataset, split, part, validation} = data;
    const key = JSON.stringify([
      typeof dataset === "string" ? dataset : dataset.name,
      split,
      part,
      validation
    ]);
    const found = contexts.get(key) ?? contextOf(data, name);
    contexts.set(key, found);
    found.catch(() => contexts.delete(key));
    return found;
  };
  const contextOf = async (data: DeclaredData, name: string): Promise<BuildContext> => {
    const version = await options.versionOf(data.dataset, name);
    const split = await ensureSplit(options.store, version, data.split, {measure: !options.onlyKnown});
    const known = options.known?.(version, split) ?? (await learnable(data, name, {version, split}, options));
    return {...known, declared};
  };
  return declared;
}

interface SplitRows {
  version: VersionManifest;
  split: SplitManifest;
}

async function learnable(
  data: DeclaredData,
  name: string,
  {version, split}: SplitRows,
  options: DeclaredOptions
): Promise<BuildContext> {
  const {store, onlyKnown, onProgress, signal} = options;
  const {workspace} = store;
  const what = options.unresolved(version);
  const newOnly = what === "to learn new words";
  const look = () => unresolvedRows(data, {version, split}, {...options, newOnly});
  const refuse = ({found, total}: UnresolvedRows, more = "") => {
    if (found.length === 0) return;
    const refusal = versionRefusal(version, found, total, "fine-tuning");
    throw new UserError(`${name}: ${refusal}${more}`);
  };
  if (what === "refuse") refuse(await look(), " Or leave these rows out: --skip-unresolved.");
  const unresolved = what === "leave out" ? (await look()).found : [];
  const left = new Set(unresolved.map(({row}) => row));
  async function* rows(part: string): AsyncGenerator<Row> {
    for await (const row of partRows(store, workspace, version, split, part))
      if (!left.has(row.id)) yield row;
  }
  return {
    dir: modelsDir(workspace),
    rows,
    dataset: version.dataset,
    version: version.sha256,
    split: split.sha256,
    leftOut: await leftOutRows(
      store,
      workspace,
      split,
      unresolved.map(({row, part}) => ({id: row, part}))
    ),
    seed: "assay",
    project: workspace.project,
    facts: [
      ...dataFacts(version, split),
      ...(left.size > 0 ? [`left out: ${left.size} rows with unresolved personal data`] : [])
    ],
    onlyKnown,
    // Until the model is kept no record of it refers to its version.
    learning: (work) =>
      workspace.share(
        `using-${version.id}`,
        {what: `fine-tune ${name} on ${version.dataset}@${version.id}`},
        async () => {
          if (what === "to learn" || newOnly) refuse(await look());
          return work();
        }
      ),
    onProgress,
    signal
  };
}

interface UnresolvedRows {
  found: {row: string; part: string; rules: string[]}[];
  /** Rows looked at. */
  total: number;
}

/** The rows of the parts that are read whose personal data nobody resolved. */
async function unresolvedRows(
  {part = "train", validation}: DeclaredData,
  {version, split}: SplitRows,
  {store, onProgress, newOnly}: DeclaredOptions & {newOnly: boolean}
): Promise<UnresolvedRows> {
  const refused = await refusedRows(store, version, "fine-tuning", {onMessage: onProgress, newOnly});
  const found: UnresolvedRows["found"] = [];
  let total = 0;
  for (const read of [part, checkedPart({part, validation})])
    if (read !== false)
      for await (const row of partRows(store, store.workspace, version, split, read)) {
        total++;
        const rules = refused === "all" ? ["sensitivity"] : refused.get(row.id);
        if (rules) found.push({row: row.id, part: read, rules});
      }
  return {found, total};
}
