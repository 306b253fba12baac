import {importVersion} from "../../data/datasets/index.js";
import {UsageError} from "../../base/validation/index.js";
import {openProject} from "../project/project.js";
import {plural} from "../terminal/plural.js";
import {note, print, printJson} from "../terminal/terminal.js";

export async function importVerb(name: string, options: {from: string; json?: boolean}): Promise<void> {
  const [dataset, id, ...more] = name.split("@");
  if (!dataset || !id || more.length > 0)
    throw new UsageError(`name the version as NAME@VERSION, not ${JSON.stringify(name)}.`);
  const {version, changed, heldOut, untold} = await importVersion(
    await openProject(),
    dataset,
    id,
    options.from
  );
  if (untold)
    note(
      `! ${plural(untold, "row")} of ${dataset} erased here ${untold === 1 ? "is" : "are"} known only as other rules for personal data left ${untold === 1 ? "it" : "them"}: whether this version holds ${untold === 1 ? "it" : "them"} cannot be told. Look for such rows and purge them again, or pull the dataset here instead.`
    );
  if (options.json) return printJson({version, changed, heldOut, untold});
  const held = heldOut ? ` ${heldOut} of its rows were held out where it was made, and are here.` : "";
  print(
    changed
      ? `${dataset}@${version.id}: ${version.rows} rows, hashed again and the same. It is the newest version now.${held}`
      : `${dataset}@${version.id} is here already, and the newest version now.${held}`
  );
}
