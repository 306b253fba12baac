import {basename, dirname, resolve} from "node:path";
import {hashJson, sha256} from "../../base/system/hash.js";
import {withLease} from "../../base/store/lease.js";
import {LocalFolder} from "../../base/store/storage/localFolder.js";
import type {HeldLease} from "../../base/store/renewal.js";
import {execute, type Produced} from "./execute.js";
import {fingerprintOf} from "./fingerprint.js";
import {type HashedFile, hashFiles} from "./hashes.js";
import type {MergeOptions} from "./options.js";
import {buildFolder, finishedReport} from "./outFolder.js";
import type {OpenModel} from "./plan/model.js";
import {mergedModels, type MergePlan} from "./plan/plan.js";
import {publish} from "./publish.js";
import {referenceText} from "./recipe/reference.js";
import {layerReports, relationsOf} from "./relations.js";
import type {MergeReport} from "./report.js";

/** Carries out a plan, puts the result into `out` and reports on it. `started` is when planning began. */
export async function runPlan(
  planned: MergePlan,
  options: MergeOptions,
  started: number
): Promise<MergeReport> {
  const afterPlan = performance.now();
  const inputs = await hashInputs(planned, options);
  const plan = withContents(planned, inputs, options);
  const fingerprint = await fingerprintOf(plan, inputs, options);
  const hashed = performance.now();
  const lock = `${buildFolder(options.out)}.lock`;
  const place = new LocalFolder(dirname(lock));
  return withLease(place, basename(lock), {what: `A merge into ${options.out}`}, (held) =>
    carryOut({plan, inputs, fingerprint, times: {started, planned: afterPlan, hashed}, held}, options)
  );
}

interface Ready {
  plan: MergePlan;
  inputs: ReadonlyMap<string, HashedFile[]>;
  fingerprint: string;
  times: {started: number; planned: number; hashed: number};
  held: HeldLease;
}

async function carryOut(
  {plan, inputs, fingerprint, times: {started, planned, hashed}, held}: Ready,
  options: MergeOptions
): Promise<MergeReport> {
  const known = await finishedReport(plan, fingerprint, options);
  if (known) return {...known, out: resolve(options.out), reused: true};
  const signal = AbortSignal.any([held.lost, ...(options.signal ? [options.signal] : [])]);
  const produced = await execute(plan, fingerprint, {...options, signal});
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
  return publish({plan, report, fingerprint, produced, ended, confirm: () => held.confirm()}, options);
}

async function hashInputs(plan: MergePlan, options: MergeOptions): Promise<Map<string, HashedFile[]>> {
  const result = new Map<string, HashedFile[]>();
  for (const {id, checkpoint} of plan.models)
    result.set(id, await hashFiles(checkpoint.files, options.hashCache));
  return result;
}

/** A plan with what is known when its models have been read: what is drawn by, and which of them hold the same. */
function withContents(
  plan: MergePlan,
  inputs: ReadonlyMap<string, HashedFile[]>,
  {drawBy = "files"}: MergeOptions
): MergePlan {
  const contents = new Map(
    [...inputs].map(([id, files]) => [id, hashJson(files.map((file) => file.sha256))])
  );
  const same = plan.models.flatMap(({id}, i) => {
    const first = plan.models.slice(0, i).find((one) => contents.get(one.id) === contents.get(id));
    return first ? [`${first.id} and ${id} hold the same weights, and count as two models.`] : [];
  });
  const jobs = plan.jobs.map((job) => ({
    ...job,
    inputs: job.inputs.map((input) => ({...input, drawnBy: contents.get(input.model)}))
  }));
  return {...plan, jobs: drawBy === "files" ? jobs : plan.jobs, warnings: [...plan.warnings, ...same]};
}

function describe(
  plan: MergePlan,
  inputs: ReadonlyMap<string, HashedFile[]>,
  produced: Produced,
  options: MergeOptions
): Omit<MergeReport, "timings" | "steps"> {
  const {recipe} = plan;
  const architecture = architectureOf(plan);
  const base = recipe.base && referenceText(recipe.base);
  const withBase = new Set(plan.jobs.filter((job) => job.base >= 0).map(({name}) => name));
  const models = mergedModels(plan);
  const tensors = plan.jobs.map((job) => {
    const {squares, nonFinite, analysis} = produced.results.get(job.name)!;
    return {
      name: job.name,
      layer: job.layer,
      shape: job.shape,
      dtype: job.out,
      norm: Math.sqrt(squares),
      nonFinite,
      inputs: relationsOf(analysis, withBase.has(job.name))
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
    layers: layerReports(analysed, models),
    models,
    warnings: plan.warnings,
    reused: false,
    resumedShards: produced.resumed,
    bytes: {read: produced.bytesRead, written: produced.bytesWritten}
  };
}

function architectureOf({config: {architectures, model_type: type}}: MergePlan): string | undefined {
  const first: unknown = Array.isArray(architectures) ? architectures[0] : type;
  return typeof first === "string" ? first : undefined;
}
