import {join} from "node:path";
import {trainingPrice} from "../../base/costs/index.js";
import type {TrainingCost} from "../finetunes/index.js";
import {exportTraining, type TrainingManifest} from "../finetunes/exports/exportTraining.js";
import type {DatasetDefinition} from "../../data/datasets/index.js";
import type {JobDefinition} from "./define.js";
import {saidNumber} from "./more.js";
import type {JobService} from "./service.js";
import type {JobPlan} from "./submit.js";
import {ensureSplit} from "../../data/splits/index.js";
import {UserError} from "../../base/validation/index.js";
import {
  type JobDataFile,
  noRowLeft,
  openCounts,
  projectPricesOr,
  type Store,
  type VersionManifest
} from "../../base/store/index.js";

export interface JobFile {
  data: JobDataFile;
  manifest: TrainingManifest;
  /** Undefined where the number of epochs is not known. */
  cost?: TrainingCost;
}

export interface NamedJob {
  name: string;
  /** Path from the project's folder, with forward slashes. */
  path: string;
  definition: JobDefinition;
}

export interface TrainingFileOptions {
  folder: string;
  /** The dataset's present definition, whose sensitivity counts. */
  defined?: DatasetDefinition;
  skipUnresolved?: boolean;
  skipBad?: boolean;
  usdPerMillion?: number;
  onMessage(text: string): void;
}

/** The settings of the training that a job states. */
export function trainingSettings({
  method,
  epochs,
  rows,
  rate,
  lora,
  length,
  seed,
  preference,
  more,
  parent
}: JobDefinition) {
  return {method, epochs, rows, rate, lora, length, seed, preference, more, parent};
}

/** What is wanted of a service, from a job's definition and the files that were written for it. */
export function jobPlan(
  {name, definition}: Pick<NamedJob, "name" | "definition">,
  service: JobService,
  files: readonly JobFile[]
): Omit<JobPlan, "folder" | "again"> {
  const [{manifest, cost}] = files as [JobFile];
  return {
    name,
    service: definition.on,
    base: definition.base,
    settings: trainingSettings(definition),
    dataset: manifest.dataset,
    version: manifest.version,
    split: manifest.split,
    format: jobFormat(definition, service),
    data: files.map(({data}) => data),
    tokens: {estimated: cost?.tokens, usd: cost?.usd}
  };
}

/** The form of a job's lines. Throws UserError where the service takes no such examples. */
export function jobFormat({format, on}: JobDefinition, {formats}: JobService): string {
  const form = formats[format === "prompt" ? "chat" : format];
  if (form === undefined)
    throw new UserError(
      `${"tool" in on ? `The tool ${String(on.tool)}` : `The service ${on.service}`} takes no answers marked good or bad here (format "kto"). Use a command with tool "trl", service "huggingface", or a fine-tune.`
    );
  return form;
}

/** Writes the parts of the split in the service's format, checked by its rules and its trust level. */
export async function trainingFiles(
  store: Store,
  {name, definition}: Pick<NamedJob, "name" | "definition">,
  service: JobService,
  version: VersionManifest,
  options: TrainingFileOptions
): Promise<JobFile[]> {
  const {dataset: wanted, part = "train", validation = "validation", columns = {}, on} = definition;
  const split = await ensureSplit(store, version, definition.split);
  store.refresh();
  const wantsCheck = validation !== false && validation !== part && (split.counts[validation] ?? 0) > 0;
  const checkedOn = wantsCheck && (await openCounts(store, store.workspace, split))[validation] !== undefined;
  if (wantsCheck && !checkedOn)
    options.onMessage(`! ${noRowLeft(split, validation)} The training has no validation rows.`);
  const files: JobFile[] = [];
  const {destination} = service;
  const format = jobFormat(definition, service);
  const epochs = plannedEpochs(definition, service, format);
  const limit = service.limit?.({settings: {...trainingSettings(definition)}, format});
  const {prices} = await projectPricesOr(store.workspace.project);
  const listed = trainingPrice(prices, definition.base, new Date().toISOString(), {
    endpoint: destination
  });
  for (const one of checkedOn ? [part, validation] : [part]) {
    const path = `${one}.jsonl`;
    const manifest = await exportTraining(
      store,
      {
        ...columns,
        system: definition.system,
        dataset: `${typeof wanted === "string" ? wanted : wanted.name}@${version.id}`,
        split: split.id,
        part: one,
        format,
        out: join(options.folder, path),
        trust: on.trust,
        defined: options.defined,
        ofStore: true,
        skipUnresolved: options.skipUnresolved,
        skipBad: options.skipBad,
        limit: limit && {...limit, destination},
        epochs: epochs === "by rows" ? undefined : epochs,
        batch: saidNumber(definition, service.words(format), "rows"),
        usdPerMillion: options.usdPerMillion ?? listed
      },
      options.onMessage
    );
    const {preflight, sha256, rowsSha256} = manifest;
    if (one === part) refuseRejected(name, service, manifest);
    files.push({
      manifest,
      cost: epochs === undefined ? undefined : manifest.cost,
      data: {path, part: one, bytes: preflight.bytes, sha256: sha256!, rows: preflight.rows, rowsSha256}
    });
  }
  return files;
}

/** Undefined where it is not known, or where a number of steps ends the training. */
function plannedEpochs(
  definition: JobDefinition,
  service: JobService,
  format: string
): JobService["usualEpochs"] {
  const words = service.words(format);
  if ((saidNumber(definition, words, "steps") ?? 0) > 0) return undefined;
  return saidNumber(definition, words, "epochs") ?? service.usualEpochs;
}

function refuseRejected(name: string, {destination}: JobService, {preflight}: TrainingManifest): void {
  const found = preflight.destinations.find((one) => one.destination === destination);
  if (found?.verdict === "refused")
    throw new UserError(
      `${name}: ${destination} would refuse the training set: ${found.findings.join("; ")}. Nothing was sent.`
    );
}
