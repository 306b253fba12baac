import {removeConverted} from "../../inference/localModels/index.js";
import {
  namedBy,
  listModels,
  meantModels,
  type ModelManifest,
  planRemoval,
  removeModel
} from "../../weights/models/index.js";
import {nearest, UserError} from "../../base/validation/index.js";
import {modelsDir, refuseWhileRunning} from "../../base/store/index.js";
import {openProject} from "../project/project.js";
import {print, printable, printJson} from "../terminal/terminal.js";

export interface RemoveModelsOptions {
  dryRun?: boolean;
  json?: boolean;
}

/** Removes models from the store, or says what would go: all that are named, or none. */
export async function removeModelsVerb(
  names: readonly string[],
  {dryRun = false, json = false}: RemoveModelsOptions
): Promise<void> {
  const workspace = await openProject();
  const known = await listModels(modelsDir(workspace));
  const models = namedModels(names, known);
  const plan = await planRemoval(workspace, models, known);
  if (!dryRun) {
    await refuseWhileRunning(workspace, "No model was removed.");
    // Adapters before their bases, whose weights their converted files are named by.
    for (const model of [...models].sort((a, b) => b.parents.length - a.parents.length)) {
      await removeConverted(workspace, model);
      await removeModel(
        workspace,
        model,
        plan.find(({id}) => id === model.id)!
      );
    }
  }
  if (json) return printJson(plan);
  for (const {id, name, bytes, referrers, stays} of plan) {
    const verb = dryRun ? "would remove" : "removed";
    const what = `${printable(name)} (${id.slice(0, 12)})`;
    if (referrers.length > 0) {
      const why = `its record stays, because ${namedBy(referrers)} it`;
      print(
        bytes === 0
          ? `the files of ${what} were removed before; ${why}`
          : `${verb} the files of ${what}, ${megabytes(bytes)}; ${why}`
      );
    } else if (stays !== undefined)
      print(`${verb} the record of ${what}; its files stay in ${printable(stays)}`);
    else print(`${verb} ${what}, ${megabytes(bytes)}`);
  }
}

/** The models that names or ids mean. Throws UserError that tells all names that mean none, or several. */
function namedModels(names: readonly string[], known: readonly ModelManifest[]): ModelManifest[] {
  const problems: string[] = [];
  const found = names.flatMap((name) => {
    const all = meantModels(known, name);
    const there = all.filter(({removed}) => removed === undefined);
    // One whose files are gone is named again when nothing needs its record any more.
    const meant = there.length > 0 ? there : all;
    if (meant.length === 1) return meant;
    problems.push(meant.length === 0 ? unknown(name, known) : several(name, meant));
    return [];
  });
  if (problems.length > 0) throw new UserError(`no model was removed. ${problems.join("\n")}`);
  return [...new Set(found)];
}

function unknown(name: string, known: readonly ModelManifest[]): string {
  const near = nearest(
    name,
    known.map((model) => model.name)
  );
  return `The store has no model ${JSON.stringify(name)}${near === undefined ? "." : `; did you mean ${JSON.stringify(near)}?`} \`assay models\` lists them.`;
}

function several(name: string, meant: readonly ModelManifest[]): string {
  const ids = meant.map(({id, createdAt}) => `${id.slice(0, 16)} (${createdAt.slice(0, 10)})`);
  return `The store has ${meant.length} models called ${JSON.stringify(name)}: ${ids.join(", ")}. Name their ids.`;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
