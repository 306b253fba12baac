import {existsSync} from "node:fs";
import {cp} from "node:fs/promises";
import {isAbsolute, resolve} from "node:path";
import {declaredContexts} from "../../../evals/candidates/index.js";
import {
  type BuildContext,
  finetune,
  type FinetuneCheck,
  type FinetuneDefinition
} from "../../../training/finetunes/index.js";
import {listModels, modelFolder, type ModelManifest} from "../../../weights/models/index.js";
import {StoppedError, UsageError, UserError} from "../../../base/validation/index.js";
import {openStore, recordCopy, type Store} from "../../../base/store/index.js";
import {observedRun, type RunFacts} from "../../../inference/telemetry/index.js";
import {interruption} from "../../terminal/interruption.js";
import {observed} from "../../project/observed.js";
import {newestVersions} from "../../project/newestVersion.js";
import {createReporter} from "../../terminal/progress.js";
import {datasetOf, findProject, loadDatasets, openProject} from "../../project/project.js";
import {dim, note, print, printJson} from "../../terminal/terminal.js";
import {loadFinetunes} from "../../project/trainings.js";

interface FinetuneVerbOptions {
  check?: boolean;
  skipUnresolved?: boolean;
  threads?: number;
  force?: boolean;
  out?: string;
  json?: boolean;
}

export async function finetuneVerb(names: string[], options: FinetuneVerbOptions): Promise<void> {
  const project = findProject();
  const found = await loadFinetunes(project, names);
  if (found.length === 0)
    throw new UserError(
      `${project}/finetunes has no *.finetune.ts file. docs/fine-tuning.md shows one to begin with.`
    );
  if (options.out !== undefined && found.length > 1)
    throw new UsageError("--out takes one model: name the fine-tune.");
  const out = options.out === undefined ? undefined : resolve(options.out);
  if (out !== undefined && existsSync(out))
    throw new UserError(`${out} exists. Name a folder that does not.`);
  const store = await openStore(await openProject());
  let training = false;
  const {signal, dispose} = interruption(() =>
    note(
      training
        ? "\nEnding this step and writing a checkpoint; the same command goes on from there. Ctrl-C again ends at once."
        : "\nStopping before the first step. Ctrl-C again ends at once."
    )
  );
  const results: object[] = [];
  try {
    const declared = await contextsOf(store, project, {...options, signal});
    for (const one of found) {
      const context = await declared(one.finetune.definition, one.name);
      const {definition} = one.finetune;
      const own = finetune({...definition, threads: options.threads ?? definition.threads}, one.name);
      if (options.check) {
        const check = await own.check(context);
        results.push({name: one.name, ...check});
        if (!options.json) print(checkText(one.name, check, definition.method) + "\n");
        continue;
      }
      const before = new Set((await listModels(context.dir)).map(({id}) => id));
      const manifest = await observed(() =>
        trained(own, context, one.name, {...options, onTraining: () => (training = true)})
      );
      const trainedNow = training;
      training = false;
      const folder = await modelFolder(context.dir, manifest.id);
      if (out !== undefined) {
        await recordCopy(store.workspace, {path: out, model: manifest.id, how: "copy"});
        await cp(folder, out, {recursive: true, errorOnExist: true});
      }
      // Of a shared store the folder is a copy that ends with this process.
      const {place} = store.workspace;
      const kept = isAbsolute(place.name) ? folder : undefined;
      results.push({...manifest, path: out ?? kept});
      const where = out ?? kept ?? `${place.name}/models/${manifest.id}`;
      if (!options.json)
        print(trainedText(manifest, where, {wasThere: before.has(manifest.id), trainedNow}) + "\n");
    }
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    note(error.message);
    process.exitCode = 130;
    return;
  } finally {
    dispose();
    await store.close();
  }
  if (options.json) printJson(results);
}

async function trained(
  own: ReturnType<typeof finetune>,
  context: BuildContext,
  name: string,
  {json, force, onTraining}: FinetuneVerbOptions & {onTraining(): void}
): Promise<ModelManifest> {
  const reporter = createReporter(name, json ?? false);
  let last = 0;
  const facts = {dataset: context.dataset, "dataset.version": context.version};
  const build = (add: (more: RunFacts) => void) =>
    own.build(context, {
      force,
      onStep: ({step, steps, loss, tokensPerSecond, secondsLeft, validation, before}) => {
        onTraining();
        if (before) reporter.message(`step 0 of ${steps}, validation ${before.loss.toFixed(4)}`);
        const now = Date.now();
        if (!validation && step < steps && now - last < 5000) return;
        last = now;
        const checked = validation ? `, validation ${validation.loss.toFixed(4)}` : "";
        reporter.message(
          `step ${step} of ${steps}, loss ${loss.toFixed(4)}${checked}, ${tokensPerSecond.toFixed(0)} tokens/s, ${Math.ceil(secondsLeft)} s left`
        );
        add({"finetune.steps": steps, "finetune.loss": loss, "finetune.tokens_per_second": tokensPerSecond});
      }
    });
  try {
    return await observedRun(`finetune ${name}`, facts, async (add) => {
      const manifest = await build(add);
      add({"model.id": manifest.id, "finetune.validation_loss": manifest.metrics?.validationLoss});
      return manifest;
    });
  } finally {
    reporter.end();
  }
}

/** What fine-tunes are made from, each from the newest version of the dataset that it declares. */
async function contextsOf(
  store: Store,
  project: string,
  {skipUnresolved, json, signal}: FinetuneVerbOptions & {signal: AbortSignal}
): Promise<ReturnType<typeof declaredContexts>> {
  const {datasets, broken} = await loadDatasets(project);
  const newest = newestVersions(store);
  return declaredContexts({
    store,
    versionOf(dataset) {
      if (broken.length > 0 && !datasets.some(({name}) => name === dataset))
        throw new UserError(broken.map(({message}) => message).join("\n"));
      return newest(datasetOf({dataset}, datasets));
    },
    unresolved: () => (skipUnresolved ? "leave out" : "refuse"),
    onProgress(message) {
      if (!json) note(message);
    },
    signal
  });
}

function checkText(name: string, check: FinetuneCheck, method: FinetuneDefinition["method"]): string {
  const {base, trained: count, train, validation, steps, packedRows, epochs, memoryBytes, settings} = check;
  const whole = (n: number) => n.toLocaleString("en");
  const lost = ({cut, leftOut, same, sameCut}: FinetuneCheck["train"]) =>
    `${cut} cut, ${leftOut} left out${same + sameCut > 0 ? ` (${same + sameCut} for two answers that are the same)` : ""}`;
  const each = settings.rows * settings.accumulate;
  const taken =
    packedRows === undefined
      ? ` of ${each} rows`
      : `; the ${whole(train.rows - train.leftOut)} examples are packed into ${whole(packedRows)} rows of up to ${whole(settings.packed!)} tokens, ${each} a step`;
  const what =
    method === "full"
      ? `${whole(count)} of ${whole(base.parameters)} weights of ${base.name}`
      : `an adapter of ${whole(count)} weights on the ${whole(base.parameters)} of ${base.name}`;
  return [
    `${name}: ${what} would be trained`,
    `  ${whole(train.rows)} rows${marks(train)}, ${whole(train.tokens)} tokens (${whole(train.learned)} learned), the longest ${whole(train.longest)}; ${lost(train)}`,
    validation ? `  validation: ${whole(validation.rows)} rows; ${lost(validation)}` : "  no validation",
    `  ${whole(steps)} ${steps === 1 ? "step" : "steps"}${taken}, ${epochs.toFixed(1)} epochs, rate ${settings.rate}`,
    `  memory: about ${(memoryBytes / 1e9).toFixed(2)} GB${check.tooLarge === undefined ? "" : `\n\n${check.tooLarge}`}`
  ].join("\n");
}

function marks({good, rows, leftOut}: FinetuneCheck["train"]): string {
  return good === undefined ? "" : ` (${good} good, ${rows - leftOut - good} bad)`;
}

function trainedText(
  {id, name, metrics = {}, training}: ModelManifest,
  folder: string,
  {wasThere, trainedNow}: {wasThere: boolean; trainedNow: boolean}
): string {
  const {validationLoss: validation, validationLossBefore: before, tokensPerSecond: speed} = metrics;
  const again = trainedNow
    ? "trained again, to the same model: "
    : "in the store already, nothing was trained now: ";
  return [
    `${name}: ${wasThere ? again : ""}${metrics.steps} ${metrics.steps === 1 ? "step" : "steps"} on ${training?.rows} rows, loss ${metrics.trainLoss?.toFixed(4)}${validation === undefined ? "" : `, validation ${validation.toFixed(4)} at step ${metrics.resultStep}${before === undefined ? "" : ` (${before.toFixed(4)} before)`}`}${speed === undefined ? "" : `, ${speed.toFixed(0)} tokens/s`}`,
    dim(`  model ${id.slice(0, 16)} in ${folder}`)
  ].join("\n");
}
