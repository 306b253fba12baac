import {createHash} from "node:crypto";
import {createWriteStream} from "node:fs";
import {rm} from "node:fs/promises";
import {resolve} from "node:path";
import {Readable, Writable} from "node:stream";
import {pipeline} from "node:stream/promises";
import {
  exampleProblem,
  PreflightCounter,
  type TrainingCost,
  trainingCost,
  type TrainingExample,
  type TrainingFormat,
  trainingFormats,
  type TrainingPreflight
} from "../../../training/finetunes/index.js";
import {asDefined, refusalMessage, refusedRows, sensitivityOf} from "../../../data/privacy/index.js";
import type {Trust} from "../../../data/privacy/trust.js";
import {UsageError, UserError} from "../../../base/validation/index.js";
import {RowIdsHash, writeAtomic, writeJsonAtomic} from "../../../base/system/index.js";
import {openStore, recordExport, type Store, type VersionManifest} from "../../../base/store/index.js";
import {splitOf} from "../../store/exportChat.js";
import {examplesOf, type TrainingExportOptions, type TrainingSource} from "./exportExamples.js";
import {findRun} from "../../project/findRun.js";
import {knownVersion} from "../../project/knownDataset.js";
import {assertMayWrite, noteWritten} from "../../store/mayWrite.js";
import {nearOtherParts, type NearOtherParts, nearText} from "./nearOtherParts.js";
import {loadDatasets, openProject} from "../../project/project.js";
import {assertQuotable} from "./quotedRows.js";
import {note, print, printJson, table} from "../../terminal/terminal.js";

/** Stands beside a training set: what it was made of, and what every destination says of it. */
export interface TrainingManifest {
  kind: "training-export";
  schemaVersion: 1;
  format: string;
  dataset: string;
  version: string;
  split: {id: string; name: string; sha256: string};
  part: string;
  fromRun?: {run: string; prefer: string; over: string};
  /** Of the file; absent when only the check was made. */
  sha256?: string;
  /** SHA-256 of the ids of its rows in order, one a line. */
  rowsSha256: string;
  leftOut: {unresolved: number; broken: number};
  /** Rows with a near-duplicate in each other part: such rows should not be trained on. Absent where nobody could look. */
  nearOtherParts?: NearOtherParts;
  preflight: TrainingPreflight;
  cost: TrainingCost;
  exportedAt: string;
}

export async function finetuneExportVerb(options: TrainingExportOptions): Promise<void> {
  const store = await openStore(await openProject());
  try {
    const manifest = await exportTraining(store, options, note);
    if (options.json) printJson(manifest);
    else print(trainingText(manifest, options.out));
    if (manifest.preflight.destinations.every(({verdict}) => verdict === "refused")) process.exitCode = 1;
  } finally {
    store.close();
  }
}

/**
 * Writes a part of a split as a training set and checks it against all destinations. Rows with unresolved findings, and
 * rows that make no valid example, stop the export unless they are to be left out. The held-out part is never written.
 */
export async function exportTraining(
  store: Store,
  given: TrainingExportOptions,
  onMessage: (message: string) => void = () => undefined
): Promise<TrainingManifest> {
  const format = Object.hasOwn(trainingFormats, given.format) ? trainingFormats[given.format] : undefined;
  if (!format)
    throw new UsageError(
      `there is no format ${given.format}. There are ${Object.keys(trainingFormats).join(", ")}.`
    );
  const file = given.out === undefined ? undefined : resolve(given.out);
  if (file !== undefined && !given.ofStore) await assertMayWrite(store.workspace, [file], given.overwrite);
  const named = format.kind === "chat" ? undefined : given.fromRun;
  const run = named === undefined ? undefined : findRun(await store.runs({archived: true}), named);
  const options = run ? {...given, fromRun: run.id} : given;
  const version = await knownVersion(store, options.dataset ?? "");
  const part = options.part ?? "train";
  const ofRun = run?.dataset.version === version.id ? run.split.id : undefined;
  const split = await splitOf(store, version, options.split ?? ofRun, part);
  if (part === "test")
    onMessage(
      "! these are rows of the test part: a model that is trained or chosen on them must not be scored on them. `--part train` gives those to learn from."
    );
  const source = {store, version, split, part, options};
  const counter = new PreflightCounter(
    options.format,
    options.tokenizer === undefined
      ? undefined
      : await (await import("./trainingTokens.js")).tokenCounter(resolve(options.tokenizer)),
    options.limit
  );
  const refused = await refusal(store, version, options.trust, onMessage);
  if (options.fromRun !== undefined && format.kind !== "chat" && refused.rows !== "all")
    await assertQuotable(source, refused.rows);
  const made = await written(source, format, counter, refused);
  const preflight = counter.result();
  const manifest: TrainingManifest = {
    kind: "training-export",
    schemaVersion: 1,
    format: options.format,
    dataset: version.dataset,
    version: version.id,
    split: {id: split.id, name: split.name, sha256: split.sha256},
    part,
    fromRun:
      options.fromRun === undefined
        ? undefined
        : {run: options.fromRun, prefer: options.prefer!, over: options.over!},
    ...made,
    nearOtherParts: await nearOtherParts(source, format),
    preflight,
    cost: trainingCost(preflight, options),
    exportedAt: new Date().toISOString()
  };
  if (file !== undefined) {
    await writeJsonAtomic(`${file}.manifest.json`, manifest);
    if (!given.ofStore) await noteWritten(store.workspace, file);
  }
  return manifest;
}

interface Refusal {
  rows: Map<string, string[]> | "all";
  to: Trust | "fine-tuning";
}

/** A place that may get no row of the dataset refuses all; else the rows that no training set may hold are refused. */
async function refusal(
  store: Store,
  version: VersionManifest,
  trust: Trust | undefined,
  onMessage: (message: string) => void
): Promise<Refusal> {
  if (trust !== undefined) {
    const {datasets} = await loadDatasets(store.workspace.project);
    const defined = datasets.find(({name}) => name === version.dataset);
    if ((await refusedRows(store, asDefined(version, defined), trust, onMessage)) === "all")
      return {rows: "all", to: trust};
  }
  return {rows: await refusedRows(store, version, "fine-tuning", onMessage), to: "fine-tuning"};
}

async function written(
  source: TrainingSource,
  format: TrainingFormat,
  counter: PreflightCounter,
  {rows: refused, to}: Refusal
): Promise<Pick<TrainingManifest, "sha256" | "rowsSha256" | "leftOut">> {
  const {options, version} = source;
  const file = createHash("sha256");
  const ids = new RowIdsHash();
  const unresolved: {row: string; rules: string[]}[] = [];
  const broken: {row: string; problem: string}[] = [];
  const whole = await isWhole(source, format);
  let total = 0;
  async function* lines(): AsyncGenerator<Buffer> {
    for await (const example of await examplesOf(source, format)) {
      total++;
      const rules = refused === "all" ? ["sensitivity"] : refused.get(example.id);
      const line = rules ? undefined : format.line(example, whole);
      const problem = rules ? undefined : problemOf(example, line, options.format);
      if (rules) unresolved.push({row: example.id, rules});
      else if (problem !== undefined) broken.push({row: example.id, problem});
      else {
        const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
        counter.add(example, bytes.length);
        file.update(bytes);
        ids.add(example.id);
        yield bytes;
      }
    }
  }
  const check = () => {
    if (unresolved.length > 0 && refused === "all")
      throw new UserError(
        `${refusalMessage(unresolved, total, to, sensitivityOf(version))} Nothing was written.`
      );
    if (unresolved.length > 0 && !options.skipUnresolved)
      throw new UserError(
        `${refusalMessage(unresolved, total, to, sensitivityOf(version))} Or leave these rows out: --skip-unresolved. Nothing was written.`
      );
    if (broken.length > 0 && !options.skipBad) throw new UserError(brokenText(broken, total));
    if (total === unresolved.length + broken.length)
      throw new UserError(
        `part ${source.part} has no row that may be written (${total} rows). Nothing was written.`
      );
  };
  if (options.out === undefined) {
    await pipeline(Readable.from(lines()), nowhere());
    check();
  } else
    await writeAtomic(resolve(options.out), async (temporary) => {
      await pipeline(Readable.from(lines()), createWriteStream(temporary));
      check();
      if (!options.ofStore)
        await recordExport(source.store.workspace, resolve(options.out!), {
          dataset: version.dataset,
          version: version.id,
          split: source.split.id,
          part: source.part,
          run: options.fromRun
        });
      // An older manifest must not speak for the new file.
      await rm(`${resolve(options.out!)}.manifest.json`, {force: true});
    });
  return {
    sha256: options.out === undefined ? undefined : file.digest("hex"),
    rowsSha256: ids.digest(),
    leftOut: {unresolved: unresolved.length, broken: broken.length}
  };
}

/** Whether an example to learn from, of whatever part, makes all lines whole conversations: files of one split have one form. */
async function isWhole(source: TrainingSource, format: TrainingFormat): Promise<boolean> {
  if (!format.needsWhole) return false;
  const parts = new Set([source.part, "train", "validation"]);
  for (const part of parts)
    if ((source.split.counts[part] ?? 0) > 0)
      for await (const example of await examplesOf({...source, part}, format))
        if (exampleProblem(example) === undefined && format.needsWhole(example)) return true;
  return false;
}

const nowhere = () => new Writable({write: (_chunk, _encoding, done) => done()});

function problemOf(example: TrainingExample, line: object | undefined, format: string): string | undefined {
  return (
    exampleProblem(example, format) ?? (line === undefined ? `${format} has no place for it` : undefined)
  );
}

function brokenText(broken: readonly {row: string; problem: string}[], total: number): string {
  const named = broken.slice(0, 5).map(({row, problem}) => `${row} (${problem})`);
  const more = broken.length > 5 ? ` and ${broken.length - 5} more` : "";
  return `${broken.length} of ${total} rows make no valid example: ${named.join(", ")}${more}. Mend them in the dataset's \`sql\`, or leave them out: --skip-bad. Nothing was written.`;
}

function trainingText(manifest: TrainingManifest, out: string | undefined): string {
  const {dataset, version, part, split, format, leftOut, nearOtherParts: near, preflight, cost} = manifest;
  const {tokens} = preflight;
  const usd = cost.usd === undefined ? "price not stated" : `$${cost.usd.toFixed(2)}`;
  return [
    `${preflight.rows} examples (${format}) of ${dataset}@${version}, part ${part} of ${split.name}${out === undefined ? ": checked, nothing written" : ` in ${out}`}`,
    `${tokens.total} tokens${tokens.estimated ? " (estimated: --tokenizer counts them)" : ""}, median ${tokens.median}, longest ${tokens.longest}; ${cost.epochs} epochs of ${cost.steps / cost.epochs} steps: ${cost.tokens} tokens, ${usd}`,
    ...(tokens.refused
      ? [
          `! ${tokens.refused.examples} examples are not in these tokens: the template refuses them: ${tokens.refused.said}`
        ]
      : []),
    ...(leftOut.unresolved > 0 ? [`left out: ${leftOut.unresolved} rows with unresolved findings`] : []),
    ...(leftOut.broken > 0 ? [`left out: ${leftOut.broken} rows that make no valid example`] : []),
    ...nearText(near),
    table(preflight.destinations, [
      {title: "destination", text: "name", value: (row) => row.destination},
      {title: "", value: (row) => row.verdict},
      {title: "found", text: "prose", value: (row) => row.findings.join("; ")}
    ])
  ].join("\n");
}
