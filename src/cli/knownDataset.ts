import {type Store, UserError} from "../store/index.js";
import {findProject, loadDatasets} from "./project.js";

/** Throws when neither the store nor a data loader has the dataset; `named` may be NAME@VERSION. */
export async function assertKnown(store: Store, named: string): Promise<void> {
  const [name] = named.split("@") as [string];
  if ((await store.versions(name)).length > 0) return;
  const {datasets, broken} = await loadDatasets(findProject());
  // Its file may be the one that cannot be loaded.
  if (broken.length > 0 || datasets.some((one) => one.name === name)) return;
  const stored = (await store.versions()).map(({dataset}) => dataset);
  const names = [...new Set([...datasets.map((one) => one.name), ...stored])].sort();
  throw new UserError(`no dataset ${JSON.stringify(name)}; there are ${names.join(", ") || "none"}.`);
}
