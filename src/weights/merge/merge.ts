import {resolve, join} from "node:path";
import {checkMasks, refuseUnusedMasks} from "./masks.js";
import type {MergeOptions} from "./options.js";
import {resolvedFolder} from "./plan/model.js";
import {planRecipe} from "./plan/planRecipe.js";
import {inOrder} from "./recipe/documents.js";
import {parseRecipes} from "./recipe/parse.js";
import {inFile} from "./recipe/problems.js";
import type {MergeReport} from "./report.js";
import {runPlan} from "./runPlan.js";

/**
 * Merges models by a recipe (YAML text, or the same as an object) into the folder `out`, which appears whole or not
 * at all. An interrupted merge continues after its last finished shard when it is started again with the same
 * recipe and inputs; a finished one is recognised and not repeated. Several documents are merged in the order they
 * need each other; the report is that of the last, with the others under `steps`.
 *
 * Throws a RecipeError that lists all problems before a byte is written, and a UserError when the result holds NaN
 * or infinite values (unless allowed), the disk is too small, or `out` holds something else.
 */
export async function merge(recipe: string | object, options: MergeOptions): Promise<MergeReport> {
  const documents = inOrder(parseRecipes(recipe, options.recipeFile));
  const made = new Map<string, string>();
  const steps: MergeReport[] = [];
  const masks = new Set<Uint8Array>();
  const last = documents.at(-1)!;
  for (const document of documents) {
    const out =
      document === last ? resolve(options.out) : join(`${resolve(options.out)}-parts`, document.name!);
    const started = performance.now();
    const folderOf = async (path: string) =>
      made.get(path) ?? (await resolvedFolder(path, options.resolveModel));
    const plan = await inFile(options.recipeFile, () => planRecipe(document, options, folderOf));
    for (const mask of checkMasks(plan)) masks.add(mask);
    if (document === last) refuseUnusedMasks(options.masks, masks);
    const report = await runPlan(plan, {...options, out}, started);
    if (document.name !== undefined) made.set(document.name, out);
    if (document === last) return {...report, steps: [...steps, ...report.steps]};
    steps.push(report);
  }
  throw new Error("no document");
}
