import {existsSync} from "node:fs";
import {readdir, rm} from "node:fs/promises";
import {basename, dirname, join, resolve} from "node:path";
import {UserError} from "../store/errors.js";
import {readJson} from "../store/files.js";
import {hashJson, sha256} from "../store/hash.js";
import {withLease} from "../store/lease.js";
import {LocalFolder} from "../store/place/localFolder.js";
import {buildFolder} from "./buildFolder.js";
import {execute, type Produced} from "./execute.js";
import {type HashedFile, hashFiles} from "./hashes.js";
import {mergeVersion} from "./mergeVersion.js";
import type {MergeOptions} from "./options.js";
import type {OpenModel} from "./plan/model.js";
import {mergedModels, type Plan} from "./plan/plan.js";
import {publish, REPORT_NAME} from "./publish.js";
import {referenceText} from "./recipe/reference.js";
import {layerReports, type MergeReport, Relations} from "./report.js";

/** Carries out a plan, puts the result into `out` and reports on it. `started` is when planning began. */
export async function runPlan(plan: Plan, options: MergeOptions, started: number): Promise<MergeReport> {
  const planned = performance.now();
  const inputs = await hashInputs(plan, options);
  const fingerprint = fingerprintOf(plan, inputs, options);
  const hashed = performance.now();
  const lock = `${buildFolder(options.out)}.lock`;
  const place = new LocalFolder(dirname(lock));
  return withLease(place, basename(lock), {what: `A merge into ${options.out}`}, () =>
    carryOut(plan, inputs, fingerprint, {started, planned, hashed}, options)
  );
}

async function carryOut(
  plan: Plan,
  inputs: ReadonlyMap<string, HashedFile[]>,
  fingerprint: string,
  {started, planned, hashed}: Record<"started" | "planned" | "hashed", number>,
  options: MergeOptions
): Promise<MergeReport> {
  const known = await finishedReport(options, fingerprint);
  if (known) return {...known, out: resolve(options.out), reused: true};
  const produced = await execute(plan, fingerprint, options);
  const merged = performance.now();
  const report: MergeReport = {
    ...describe(plan, inputs, produced, options),
    steps: [],
    timings: {
      planSeconds: (planned - started) / 1000,
      hashSeconds: (hashed - planned) / 1000,
      mergeSeconds: (merged - hashed) / 1000,
      finishSeconds: 0,
      totalSeconds: 0
    }
  };
  const ended = () => {
    report.timings.finishSeconds = (performance.now() - merged) / 1000;
    report.timings.totalSeconds = (performance.now() - started) / 1000;
  };
  return publish({plan, report, fingerprint, produced, ended}, options);
}

async function hashInputs(plan: Plan, options: MergeOptions): Promise<Map<string, HashedFile[]>> {
  const result = new Map<string, HashedFile[]>();
  for (const {id, checkpoint} of plan.models)
    result.set(id, await hashFiles(checkpoint.files, options.hashCache));
  return result;
}

/** What makes two merges the same: everything that can change a byte of the result. */
function fingerprintOf(plan: Plan, inputs: ReadonlyMap<string, HashedFile[]>, options: MergeOptions): string {
  return hashJson({
    code: mergeVersion(plan.recipe.method),
    recipe: plan.recipe.text,
    inputs: [...inputs].map(([id, files]) => [id, files.map(({sha256: hash}) => hash)]),
    config: plan.config,
    tokenizer: plan.tokenizer?.json ?? null,
    vocabSize: plan.tokenizer?.vocabSize ?? null,
    chatTemplate: plan.chatTemplate ?? null,
    seed: options.seed ?? 0,
    exact: options.exact ?? false,
    shardSize: options.shardSize ?? null,
    masks: Object.entries(options.masks ?? {}).map(([key, mask]) => [key, sha256(mask)])
  });
}

async function finishedReport(options: MergeOptions, fingerprint: string): Promise<MergeReport | undefined> {
  const out = resolve(options.out);
  if (!existsSync(out) || (await readdir(out)).length === 0) return undefined;
  const path = join(out, REPORT_NAME);
  const found = existsSync(path)
    ? await readJson<{fingerprint: string; report: MergeReport}>(path)
    : undefined;
  if (found?.fingerprint === fingerprint) return found.report;
  if (options.overwrite) {
    if (!found)
      throw new UserError(`${out} was not made by a merge, so it is not overwritten. Choose another folder.`);
    await rm(out, {recursive: true});
    return undefined;
  }
  throw new UserError(
    `${out} already holds ${found ? "another merge" : "files"}. Choose another folder${found ? ", or allow overwriting" : ""}.`
  );
}

function describe(
  plan: Plan,
  inputs: ReadonlyMap<string, HashedFile[]>,
  produced: Produced,
  options: MergeOptions
): Omit<MergeReport, "timings" | "steps"> {
  const {recipe} = plan;
  const architecture = architectureOf(plan);
  const base = recipe.base && referenceText(recipe.base);
  const withBase = new Set(plan.jobs.filter((job) => job.base >= 0).map(({name}) => name));
  const tensors = plan.jobs.map((job) => {
    const {squares, nonFinite, analysis} = produced.results.get(job.name)!;
    const relations = new Relations();
    if (analysis) relations.add(analysis);
    const related = relations.result(withBase.has(job.name));
    return {
      name: job.name,
      layer: job.layer,
      shape: job.shape,
      dtype: job.out,
      norm: Math.sqrt(squares),
      nonFinite,
      inputs: related
    };
  });
  const analysed = plan.jobs.flatMap((job) => {
    const {analysis} = produced.results.get(job.name)!;
    return analysis ? [{layer: job.layer, analysis, deltas: withBase.has(job.name)}] : [];
  });
  return {
    schemaVersion: 1,
    method: recipe.method,
    name: recipe.name,
    out: resolve(options.out),
    recipe: {text: recipe.text, sha256: sha256(recipe.text)},
    seed: options.seed ?? 0,
    exact: options.exact ?? false,
    architecture,
    parents: plan.models.map(({id, folder}: OpenModel) => ({
      model: id,
      folder,
      base: id === base,
      files: inputs.get(id)!.map((file) => ({...file, path: basename(file.path)}))
    })),
    outputs: produced.shards,
    tensors,
    layers: layerReports(analysed),
    models: mergedModels(plan),
    warnings: plan.warnings,
    reused: false,
    resumedShards: produced.resumed,
    bytes: {read: produced.bytesRead, written: produced.bytesWritten}
  };
}

function architectureOf({config: {architectures, model_type: type}}: Plan): string | undefined {
  const first: unknown = Array.isArray(architectures) ? architectures[0] : type;
  return typeof first === "string" ? first : undefined;
}
