import {readFile} from "node:fs/promises";
import {SingleBar} from "cli-progress";
import {parse as parseYaml} from "yaml";
import {
  checkMerge,
  merge,
  mergeMoe,
  recordMerge,
  type MergeProgress,
  type MergeReport
} from "../merge/index.js";
import {type LayerRelations} from "../models/index.js";
import {modelsDir} from "../candidates/index.js";
import {openWorkspace, UsageError} from "../store/index.js";
import {projectOf} from "./project.js";
import {interruptSignals} from "./runEvals.js";
import {duration} from "./progress.js";
import {note, print, printJson, table} from "./terminal.js";

interface MergeVerbOptions {
  out?: string;
  check?: boolean;
  threads?: number;
  seed?: number;
  exact?: boolean;
  shardSize?: string;
  allowNonfinite?: boolean;
  json?: boolean;
}

export async function mergeVerb(recipeFile: string, verb: MergeVerbOptions): Promise<void> {
  const text = await readFile(recipeFile, "utf8").catch((cause: unknown) => {
    throw new UsageError(`there is no recipe at ${recipeFile}.`, {cause});
  });
  if (verb.check) return check(text, recipeFile, verb);
  if (!verb.out) throw new UsageError("say where the merged model goes: --out DIR.");
  const shardSize = verb.shardSize === undefined ? undefined : bytesOf(verb.shardSize);
  const {signal, dispose} = interruptSignals();
  const progress = reporter(verb.json ?? false);
  try {
    const isMixture = Boolean((parseYaml(text) as {experts?: unknown} | null)?.experts);
    const report = await (isMixture ? mergeMoe : merge)(text, {
      out: verb.out,
      recipeFile,
      signal,
      onProgress: progress.show,
      ...(verb.seed === undefined ? {} : {seed: verb.seed}),
      ...(verb.threads === undefined ? {} : {threads: verb.threads}),
      ...(verb.exact ? {exact: true} : {}),
      ...(shardSize === undefined ? {} : {shardSize}),
      ...(verb.allowNonfinite ? {allowNonFinite: true} : {})
    });
    progress.end();
    const recorded = await recordInLineage(report);
    if (verb.json) return printJson({...report, ...(recorded === undefined ? {} : {modelId: recorded})});
    printReport(report);
    print(
      recorded === undefined
        ? "Not in a project, so the lineage has no entry of it."
        : `In the lineage as ${recorded.slice(0, 12)}.`
    );
  } finally {
    progress.end();
    dispose();
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
  const {ok, documents} = await checkMerge(text, {recipeFile, ...(verb.out ? {out: verb.out} : {})});
  if (!ok) process.exitCode = 1;
  if (verb.json) return printJson({ok, documents});
  for (const {name, method, problems, warnings, plan} of documents) {
    print(
      `${name ?? recipeFile}: ${method}, ${problems.length === 0 ? "ready" : `${problems.length} problems`}`
    );
    for (const {line, message} of problems)
      print(`  ${line === undefined ? "" : `line ${line}: `}${message}`);
    for (const warning of warnings) print(`  ! ${warning}`);
    if (!plan) continue;
    const {outputBytes, freeBytes, readBytes, peakMemoryBytes} = plan.predicted;
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
    print(
      `  ${plan.tensors.length} tensors; reads ${megabytes(readBytes)}, writes ${megabytes(outputBytes)} (${megabytes(freeBytes)} free), memory about ${megabytes(peakMemoryBytes)}`
    );
    printLayers(plan.layers);
  }
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
export function bytesOf(text: string): number {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNITS[unit.toUpperCase()];
  if (!amount || factor === undefined || Number(amount) <= 0)
    throw new UsageError(`--shard-size takes bytes such as 5GB or 500MB, not ${JSON.stringify(text)}.`);
  return Math.round(Number(amount) * factor);
}

function reporter(quiet: boolean): {show(progress: MergeProgress): void; end(): void} {
  if (quiet) return {show: () => undefined, end: () => undefined};
  if (!process.stderr.isTTY || process.env.CI) {
    let last = 0;
    return {
      show(progress) {
        if (Date.now() - last < 5000) return;
        last = Date.now();
        note(`${progress.tensors}/${progress.totalTensors} tensors, ${rateOf(progress)}`);
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

function rateOf({bytes, seconds, secondsLeft}: MergeProgress): string {
  const rate = seconds > 0 ? `${(bytes / seconds / 1e6).toFixed(0)} MB/s` : "";
  return secondsLeft === undefined ? rate : `${rate}, ${duration(secondsLeft)} left`;
}

function printReport(report: MergeReport): void {
  const {reused, resumedShards, bytes, timings, outputs, warnings, layers} = report;
  print(
    reused
      ? `${report.out} already held this merge; nothing was done.`
      : `${report.method} of ${report.parents.length} models into ${report.out}: ${(bytes.written / 1e6).toFixed(1)} MB in ${timings.totalSeconds.toFixed(1)} s${resumedShards > 0 ? `, ${resumedShards} shards were there already` : ""}`
  );
  print(
    table(outputs, [
      {title: "file", value: (file) => file.path},
      {title: "bytes", align: "right", value: (file) => file.bytes},
      {title: "sha256", value: (file) => file.sha256.slice(0, 16)}
    ])
  );
  printLayers(layers);
  for (const warning of warnings) print(`! ${warning}`);
}

function printLayers(layers: readonly LayerRelations[]): void {
  if (layers.length === 0) return;
  print(
    "\n" +
      table(layers, [
        {title: "layer", align: "right", value: ({layer}) => layer ?? "outside"},
        {
          title: "norm of change",
          value: ({relations}) =>
            (relations.deltaNorms ?? relations.norms).map((norm) => norm.toPrecision(3)).join(" ")
        },
        {
          title: "sign conflict",
          align: "right",
          value: ({relations}) =>
            relations.signConflict === null ? undefined : `${(100 * relations.signConflict).toFixed(1)}%`
        }
      ])
  );
}
