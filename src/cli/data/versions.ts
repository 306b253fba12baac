import {exportVersion, findVersion, noVersion} from "../../data/datasets/index.js";
import {UsageError, UserError} from "../../base/validation/index.js";
import {openStore, type VersionManifest} from "../../base/store/index.js";
import {assertKnown, namedVersion} from "../project/knownDataset.js";
import {noteUnfinishedPurges} from "../store/noteUnfinishedPurges.js";
import {openProject} from "../project/project.js";
import {changesOf} from "./pull.js";
import {print, printJson, table} from "../terminal/terminal.js";

/** Lists versions, or with `--export` writes one (NAME or NAME@VERSION) to a folder. */
export async function versionsVerb(
  name: string | undefined,
  options: {json?: boolean; export?: string; withHeldOut?: boolean; why?: string}
): Promise<void> {
  const store = await openStore(await openProject());
  try {
    if (options.export !== undefined) {
      if (name === undefined) throw new UsageError("say which version to export: NAME or NAME@VERSION.");
      const version = await namedVersion(store, name);
      const {dataset} = version;
      const folder = await exportVersion(store.workspace, version, options.export, options);
      if (options.json) return printJson({dataset, version: version.id, folder});
      return print(`${dataset}@${version.id}, ${version.rows} rows, in ${folder}`);
    }
    if (options.withHeldOut || options.why !== undefined)
      throw new UsageError("--with-held-out and --why belong to --export DIR.");
    if (name !== undefined) await assertKnown(store, name);
    await noteUnfinishedPurges(store.workspace, name?.split("@")[0]);
    const versions = name?.includes("@") ? [await findVersion(store, name)] : await store.versions(name);
    if (options.json) return printJson(versions);
    if (versions.length === 0)
      throw name === undefined
        ? new UserError("the store has no version yet. Run `assay pull`.")
        : noVersion(name);
    const current = new Set<string>();
    for (const dataset of new Set(versions.map((version) => version.dataset))) {
      const latest = await store.latestVersion(dataset);
      if (latest) current.add(`${dataset}@${latest.id}`);
    }
    const isCurrent = ({dataset, id}: VersionManifest) => current.has(`${dataset}@${id}`);
    print(
      table(versions, [
        {title: "dataset", text: "name", value: (version) => version.dataset},
        {title: "version", value: (version) => version.id},
        {title: "", value: (version) => (isCurrent(version) ? "current" : undefined)},
        {title: "pulled", value: (version) => version.pulledAt.slice(0, 19).replace("T", " ")},
        {title: "rows", value: (version) => version.rows, align: "right"},
        {title: "changes", text: "prose", value: (version) => version.changes && changesOf(version.changes)},
        {title: "after", value: (version) => version.parent},
        ...(versions.some(({purged}) => purged?.length) ? [erased] : [])
      ])
    );
  } finally {
    store.close();
  }
}

/** The version keeps the id of what it held before. */
const erased = {
  title: "rows erased since",
  value: ({purged = []}: VersionManifest) => purged.reduce((sum, {rows}) => sum + rows, 0) || undefined,
  align: "right" as const
};
