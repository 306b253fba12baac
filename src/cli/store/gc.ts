import {collectGarbage} from "../../data/datasets/index.js";
import {openStore} from "../../base/store/index.js";
import {openProject} from "../project/project.js";
import {dim, print, printJson} from "../terminal/terminal.js";

export async function gcVerb(options: {keep: number; dryRun?: boolean; json?: boolean}): Promise<void> {
  const store = await openStore(await openProject());
  try {
    const {versions, splits, trainings} = await collectGarbage(store, options);
    if (options.json) return printJson({versions, splits, trainings});
    const verb = options.dryRun ? "would remove" : "removed";
    for (const {dataset, id, rows} of versions) print(`${verb} version ${dataset}@${id} (${rows} rows)`);
    for (const {dataset, id, name} of splits) print(`${verb} split ${name} ${id} of ${dataset}`);
    for (const {name, dataset, version} of trainings)
      print(`${verb} stopped training of ${name} on ${dataset}@${version}`);
    if (versions.length + splits.length + trainings.length === 0) print(dim("nothing to remove"));
  } finally {
    store.close();
  }
}
