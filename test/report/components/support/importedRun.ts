import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {vi} from "vitest";
import {importResults} from "../../../../src/cli/evals/verdict/importResults.js";
import {readRowFiles, type RunRows} from "../../../../src/report/components/rows/runRows.js";
import {runRows, verdicts} from "../../../../src/report/site/index.js";
import type {RunManifest, RunView} from "../../../../src/report/site/types.js";
import {openStore, openWorkspace, type Store} from "../../../../src/base/store/index.js";
import {commandProject} from "../../../support/temporaryWorkspace.js";

export interface ImportedRun {
  store: Store;
  run: RunManifest;
  view: RunView;
  rows: RunRows;
}

/** A run of a store of its own whose scores are the lines of a CSV file, and what pages get of it. */
export async function importedRun(
  lines: readonly string[],
  columns: {slices?: string[]; cluster?: string} = {}
): Promise<ImportedRun> {
  const project = await commandProject();
  await writeFile(join(project, "scores.csv"), `${lines.join("\n")}\n`);
  const store = await openStore(await openWorkspace(project, join(project, ".assay")));
  const {manifest: run} = await importResults(
    store.workspace,
    {files: ["scores.csv"], ...columns},
    {name: "scores", command: "assay verdict --from scores.csv", publish: "text"}
  );
  vi.unstubAllEnvs();
  store.refresh();
  const [view] = (await verdicts(store)).runs;
  const files = new Map((await runRows(store, run.id)).map(({name, content}) => [name, content]));
  const rows = await readRowFiles((name) => Promise.resolve(files.get(name) as Uint8Array));
  return {store, run, view: view!, rows};
}
