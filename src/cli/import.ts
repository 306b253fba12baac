import {importVersion} from "../datasets/index.js";
import {UsageError} from "../store/index.js";
import {openProject} from "./project.js";
import {print, printJson} from "./terminal.js";

export async function importVerb(name: string, options: {from: string; json?: boolean}): Promise<void> {
  const [dataset, id, ...more] = name.split("@");
  if (!dataset || !id || more.length > 0)
    throw new UsageError(`name the version as NAME@VERSION, not ${JSON.stringify(name)}.`);
  const {version, changed, heldOut} = await importVersion(await openProject(), dataset, id, options.from);
  if (options.json) return printJson({version, changed, heldOut});
  const held = heldOut ? ` ${heldOut} of its rows were held out where it was made, and are here.` : "";
  print(
    changed
      ? `${dataset}@${version.id}: ${version.rows} rows, hashed again and the same. It is the newest version now.${held}`
      : `${dataset}@${version.id} is here already, and the newest version now.${held}`
  );
}
