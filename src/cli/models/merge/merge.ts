import {memberOf} from "../../../base/validation/memberOf.js";
import {readFile} from "node:fs/promises";
import {SingleBar} from "cli-progress";
import {
  checkMerge,
  isMoeRecipe,
  merge,
  mergeMoe,
  recordMerge,
  type MergeProgress,
  type MergeReport,
  parseRecipes,
  readMasks,
  readMoeRecipe,
  RecipeError,
  type ResolveModel,
  storedInputs
} from "../../../weights/merge/index.js";
import {withPlainFolders} from "../../../weights/models/index.js";
import {UsageError} from "../../../base/validation/index.js";
import {assertTextFile, projectOf} from "../../../base/system/index.js";
import {modelsDir, openWorkspace} from "../../../base/store/index.js";
import {interruption} from "../../terminal/interruption.js";
import {logsJson} from "../../terminal/log.js";
import {checkText, reportText, size} from "./mergeText.js";
import {duration} from "../../terminal/duration.js";
import {note, print, printJson} from "../../terminal/terminal.js";

interface MergeVerbOptions {
  out?: string;
  check?: boolean;
  threads?: number;
  seed?: number;
  masks?: string;
  exact?: boolean;
  shardSize?: string;
  allowNonfinite?: boolean;
  overwrite?: boolean;
  search?: string;
  why?: string;
  json?: boolean;
}

/** What says how one recipe is merged, and is nothing to a search. */
const ofRecipes = [
  "out",
  "check",
  "threads",
  "seed",
  "masks",
  "exact",
  "shardSize",
  "allowNonfinite",
  "overwrite"
] as const satisfies readonly (keyof MergeVerbOptions)[];

const words = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export async function mergeVerb(recipeFile: string | undefined, verb: MergeVerbOptions): Promise<void> {
  if (verb.search !== undefined) {
    const useless = ofRecipes.filter((name) => verb[name] !== undefined).map((name) => `--${words(name)}`);
    if (recipeFile !== undefined || useless.length > 0)
      throw new UsageError(
        `--search takes its models from the search space, and keeps its merges in the store: leave ${[...(recipeFile === undefined ? [] : ["the recipe"]), ...useless].join(", ")} out.`
      );
    return (await import("./mergeSearch.js")).mergeSearchVerb(verb.search, verb);
  }
  if (verb.why !== undefined)
    throw new UsageError("--why says why a search opens a held-out part: it goes with --search SPACE.yml.");
  if (recipeFile === undefined)
    throw new UsageError("name a recipe, or a search space with --search SPACE.yml.");
  await assertTextFile(recipeFile);
  const text = await readFile(recipeFile, "utf8").catch((cause: unknown) => {
    throw new UsageError(`there is no recipe at ${recipeFile}.`, {cause});
  });
  if (verb.check) return check(text, recipeFile, verb);
  if (!verb.out) throw new UsageError("say where the merged model goes: --out DIR.");
  if (verb.masks !== undefined && isMoeRecipe(text))
    throw new UsageError(
      "--masks is for random methods, and a mixture of experts draws nothing: leave it out."
    );
  const masks = verb.masks === undefined ? undefined : await readMasks(verb.masks);
  const shardSize = verb.shardSize === undefined ? undefined : mergeBytes(verb.shardSize);
  // Ctrl-C ends the merge between two blocks.
  const {signal, dispose} = interruption();
  const progress = reporter(verb.json ?? false);
  try {
    const report = await withStoredModels(text, recipeFile, (stored) =>
      (isMoeRecipe(text) ? mergeMoe : merge)(text, {
        out: verb.out!,
        ...stored,
        recipeFile,
        signal,
        onProgress: progress.show,
        seed: verb.seed,
        masks,
        threads: verb.threads,
        exact: verb.exact ? true : undefined,
        shardSize,
        allowNonFinite: verb.allowNonfinite ? true : undefined,
        overwrite: verb.overwrite ? true : undefined
      })
    );
    progress.end();
    const recorded = await recordInLineage(report);
    if (verb.json) return printJson({...report, modelId: recorded});
    print(reportText(report));
    print(
      recorded === undefined
        ? "Not in a project, so the lineage has no entry of it."
        : `In the lineage as ${recorded.slice(0, 12)}.`
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    progress.end();
    note("Stopped. The same command continues after the last finished shard.");
    process.exitCode = 130;
  } finally {
    progress.end();
    dispose();
  }
}

/** What a merge knows of the project's store. */
interface FromStore {
  resolveModel?: ResolveModel;
  notes?: ReadonlyMap<string, readonly string[]>;
}

/** Runs a merge in which the models of the project's store go by their names and ids, too. */
async function withStoredModels<T>(
  recipe: string,
  recipeFile: string,
  use: (stored: FromStore) => Promise<T>
): Promise<T> {
  const project = projectOf(process.env.ASSAY_PROJECT ?? process.cwd());
  if (project === undefined) return use({});
  const dir = modelsDir(await openWorkspace(project));
  const stored = isReadable(recipe)
    ? await storedInputs(recipe, {modelsDir: dir, project, recipeFile})
    : undefined;
  return withPlainFolders({modelsDir: dir, project}, (plain) =>
    use({
      notes: stored?.notes,
      resolveModel: (path) => {
        const model = stored?.models.get(path);
        return model && plain(model);
      }
    })
  );
}

/** What is wrong with a recipe is told by the merge, or by its check, itself. */
function isReadable(recipe: string): boolean {
  try {
    return isMoeRecipe(recipe) ? readMoeRecipe(recipe).experts.length > 0 : parseRecipes(recipe).length > 0;
  } catch (error) {
    if (error instanceof RecipeError) return false;
    throw error;
  }
}

/** The id of the merge's entry in the project's lineage; undefined outside a project. */
async function recordInLineage(report: MergeReport): Promise<string | undefined> {
  const project = projectOf(process.env.ASSAY_PROJECT ?? process.cwd());
  if (project === undefined) return undefined;
  const {id} = await recordMerge(report, {modelsDir: modelsDir(await openWorkspace(project)), project});
  return id;
}

/** What a merge would meet, without writing anything; exit code 1 when it could not start. */
async function check(text: string, recipeFile: string, verb: MergeVerbOptions): Promise<void> {
  const {ok, documents} = await withStoredModels(text, recipeFile, (stored) =>
    checkMerge(text, {
      ...stored,
      recipeFile,
      out: verb.out || undefined,
      threads: verb.threads,
      exact: verb.exact ? true : undefined,
      allowNonFinite: verb.allowNonfinite ? true : undefined
    })
  );
  if (!ok) process.exitCode = 1;
  if (verb.json) return printJson({ok, documents});
  print(documents.map((document) => checkText(document, recipeFile)).join("\n\n"));
}

const UNITS: Record<string, number> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3
};

/** "5GB", "500 MB", "1GiB" or plain bytes. */
export function mergeBytes(text: string): number {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = unit === undefined ? undefined : memberOf(UNITS, unit.toUpperCase());
  if (!amount || factor === undefined || Number(amount) <= 0)
    throw new UsageError(`--shard-size takes bytes such as 5GB or 500MB, not ${JSON.stringify(text)}.`);
  return Math.round(Number(amount) * factor);
}

function reporter(quiet: boolean): {show(progress: MergeProgress): void; end(): void} {
  if (quiet) return {show: () => undefined, end: () => undefined};
  if (!process.stderr.isTTY || process.env.CI || logsJson()) {
    let last = Date.now();
    return {
      show(progress) {
        if (Date.now() - last < 5000) return;
        last = Date.now();
        note(`${progress.tensors}/${progress.totalTensors} tensors, ${rateOf(progress)}`, {
          done: progress.tensors,
          total: progress.totalTensors
        });
      },
      end: () => undefined
    };
  }
  const bar = new SingleBar({
    format: "merge [{bar}] {value}/{total} tensors {rate}",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true
  });
  let started = false;
  return {
    show(progress) {
      if (!started) bar.start(progress.totalTensors, progress.tensors, {rate: ""});
      started = true;
      bar.update(progress.tensors, {rate: rateOf(progress)});
    },
    end() {
      if (started) bar.stop();
      started = false;
    }
  };
}

function rateOf({bytesPerSecond, secondsLeft}: MergeProgress): string {
  if (bytesPerSecond === undefined) return "";
  const rate = `${size(bytesPerSecond)}/s`;
  return secondsLeft === undefined ? rate : `${rate}, ${duration(secondsLeft)} left`;
}
