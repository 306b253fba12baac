import {join} from "node:path";
import {trainingPrice} from "../../../base/costs/index.js";
import type {TrainingCost} from "../../../training/finetunes/index.js";
import {type JobDefinition, type JobService, saidNumber} from "../../../training/jobs/index.js";
import {ensureSplit} from "../../../data/splits/index.js";
import {UserError} from "../../../base/validation/index.js";
import {
  type JobData,
  noRowLeft,
  openCounts,
  projectPricesOr,
  type Store,
  type VersionManifest
} from "../../../base/store/index.js";
import {exportTraining, type TrainingManifest} from "./finetuneExport.js";
import {nearText} from "./nearOtherParts.js";
import type {NamedJob} from "../../project/trainings.js";

export interface SubmitOptions {
  check?: boolean;
  watch?: boolean;
  again?: boolean;
  skipUnresolved?: boolean;
  skipBad?: boolean;
  usdPerMillion?: number;
  json?: boolean;
}

export interface TrainingFile {
  data: JobData;
  manifest: TrainingManifest;
  /** Undefined when nobody knows for how many epochs. */
  cost?: TrainingCost;
}

export interface FileOptions extends SubmitOptions {
  folder: string;
  tell(text: string): void;
}

/** What a job's definition says of the training itself. */
export function trainingOf({
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

/** The form of a job's lines. */
export function formatOf({format}: JobDefinition, {formats}: JobService): string {
  return formats[format === "preference" ? "preference" : "chat"];
}

/** The parts of the split as the service takes them, checked by its rules and by what it is trusted with. */
export async function trainingFiles(
  store: Store,
  {name, definition}: NamedJob,
  service: JobService,
  version: VersionManifest,
  options: FileOptions
): Promise<TrainingFile[]> {
  const {dataset: wanted, part = "train", validation = "validation", columns = {}, on} = definition;
  const split = await ensureSplit(store, version, definition.split);
  store.refresh();
  const wantsCheck = validation !== false && validation !== part && (split.counts[validation] ?? 0) > 0;
  const checkedOn = wantsCheck && (await openCounts(store, store.workspace, split))[validation] !== undefined;
  if (wantsCheck && !checkedOn)
    options.tell(`! ${noRowLeft(split, validation)} The training is not checked on any.`);
  const files: TrainingFile[] = [];
  const {destination} = service;
  const format = formatOf(definition, service);
  const epochs = epochsOf(definition, service, format);
  const limit = service.limit?.({settings: {...trainingOf(definition)}, format});
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
        ofStore: true,
        skipUnresolved: options.skipUnresolved,
        skipBad: options.skipBad,
        limit: limit && {...limit, destination},
        epochs: epochs === "by rows" ? undefined : epochs,
        batch: saidNumber(definition, service.words(format), "rows"),
        usdPerMillion: options.usdPerMillion ?? listed
      },
      options.tell
    );
    const {preflight, sha256, rowsSha256} = manifest;
    if (one === part) refuseUnfit(name, service, manifest);
    files.push({
      manifest,
      cost: epochs === undefined ? undefined : manifest.cost,
      data: {path, part: one, bytes: preflight.bytes, sha256: sha256!, rows: preflight.rows, rowsSha256}
    });
  }
  return files;
}

/** Undefined when nobody knows, or when a number of steps ends the training. */
function epochsOf(definition: JobDefinition, service: JobService, format: string): JobService["usualEpochs"] {
  const words = service.words(format);
  if ((saidNumber(definition, words, "steps") ?? 0) > 0) return undefined;
  return saidNumber(definition, words, "epochs") ?? service.usualEpochs;
}

function refuseUnfit(name: string, {destination}: JobService, {preflight}: TrainingManifest): void {
  const found = preflight.destinations.find((one) => one.destination === destination);
  if (found?.verdict === "refused")
    throw new UserError(
      `${name}: ${destination} would turn the training set down: ${found.findings.join("; ")}. Nothing was sent.`
    );
}

/** What is sent, for a person: examples, tokens, price, and what the service would do with less than all of it. */
export function filesText(
  {name, definition}: NamedJob,
  {destination}: JobService,
  files: readonly TrainingFile[]
): string {
  const [{manifest, cost}] = files as [TrainingFile];
  const {preflight, nearOtherParts} = manifest;
  const {tokens} = preflight;
  const {findings = []} = preflight.destinations.find((one) => one.destination === destination) ?? {};
  return [
    `${name}: ${definition.base} by ${definition.on.service}`,
    ...files.map(
      ({data, manifest: {dataset, version, split}}) =>
        `  ${data.path}: ${data.rows} examples of ${dataset}@${version}, part ${data.part} of ${split.name}`
    ),
    `  ${tokens.total} tokens${tokens.estimated ? " (estimated)" : ""}${costText(cost)}`,
    ...findings.map((found) => `  ! ${destination}: ${found}`),
    ...nearText(nearOtherParts)
  ].join("\n");
}

function costText(cost: TrainingCost | undefined): string {
  if (!cost) return " an epoch; how many epochs the service trains is not known";
  const usd = cost.usd === undefined ? "price not stated" : `about $${cost.usd.toFixed(2)}`;
  return `, ${cost.epochs} epochs: ${cost.tokens} tokens, ${usd}`;
}
