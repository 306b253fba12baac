import {createHash} from "node:crypto";
import {createWriteStream} from "node:fs";
import {rm} from "node:fs/promises";
import {resolve} from "node:path";
import {Readable, Writable} from "node:stream";
import {pipeline} from "node:stream/promises";
import {
  assertMayWrite,
  findRun,
  noteWritten,
  recordExport,
  type Store,
  type VersionManifest
} from "../../../base/store/index.js";
import {RowIdsHash, writeAtomic, writeJsonAtomic} from "../../../base/system/index.js";
import {UsageError, UserError} from "../../../base/validation/index.js";
import {findVersion} from "../../../data/datasets/index.js";
import {asDefined, refusedRows, versionRefusal} from "../../../data/privacy/index.js";
import type {Trust} from "../../../data/privacy/trust.js";
import {splitToExport} from "./exportChat.js";
import {exampleProblem} from "./destinations.js";
import {
  exportedColumns,
  examplesToExport,
  type TrainingExportOptions,
  type TrainingSource
} from "./exportedExamples.js";
import {nearOtherParts, type NearOtherParts} from "./nearOtherParts.js";
import {PreflightCounter, type TrainingCost, trainingCost, type TrainingPreflight} from "./preflight.js";
import {assertQuotable} from "./quotedRows.js";
import type {TrainingExample} from "./trainingExample.js";
import {type TrainingFormat, trainingFormats} from "./trainingFormats.js";

/** Written beside a training set: its source, and the findings of every destination. */
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
  /** Rows with a near-duplicate in each other part: such rows should not be trained on. Absent where it could not be measured. */
  nearOtherParts?: NearOtherParts;
  preflight: TrainingPreflight;
  cost: TrainingCost;
  exportedAt: string;
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
  const named = format.kind === "preference" ? given.fromRun : undefined;
  const run = named === undefined ? undefined : findRun(await store.runs({archived: true}), named);
  const options = run ? {...given, fromRun: run.id} : given;
  const version = await findVersion(store, options.dataset ?? "");
  const part = options.part ?? "train";
  const ofRun = run?.dataset.version === version.id ? run.split.id : undefined;
  const split = await splitToExport(store, version, options.split ?? ofRun, part);
  if (part === "test")
    onMessage(
      "! these are rows of the test part. A model trained or chosen on them must not be scored on them: use `--part train`."
    );
  const source = {store, version, split, part, options};
  const counter = new PreflightCounter(
    options.format,
    options.tokenizer === undefined
      ? undefined
      : await (
          await import("../../../training/finetunes/exports/checkpointTokens.js")
        ).checkpointTokenCounter(resolve(options.tokenizer)),
    options.limit
  );
  const refused = await rowsRefused(
    store,
    version,
    {...options, columns: exportedColumns(source, format)},
    onMessage
  );
  if (options.fromRun !== undefined && format.kind === "preference" && refused.rows !== "all")
    await assertQuotable(source, refused.rows);
  const made = await writeExamples(source, format, counter, refused);
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

interface RefusedRows {
  rows: Map<string, string[]> | "all";
  to: Trust | "fine-tuning";
}

/** All rows, where the destination may not get the dataset; else those that no training set may hold. */
async function rowsRefused(
  store: Store,
  version: VersionManifest,
  {trust, defined, columns}: TrainingExportOptions & {columns: string[] | undefined},
  onMessage: (message: string) => void
): Promise<RefusedRows> {
  if (
    trust !== undefined &&
    (await refusedRows(store, asDefined(version, defined), trust, {onMessage})) === "all"
  )
    return {rows: "all", to: trust};
  return {rows: await refusedRows(store, version, "fine-tuning", {onMessage, columns}), to: "fine-tuning"};
}

async function writeExamples(
  source: TrainingSource,
  format: TrainingFormat,
  counter: PreflightCounter,
  {rows: refused, to}: RefusedRows
): Promise<Pick<TrainingManifest, "sha256" | "rowsSha256" | "leftOut">> {
  const {options, version} = source;
  const file = createHash("sha256");
  const ids = new RowIdsHash();
  const unresolved: {row: string; rules: string[]}[] = [];
  const broken: {row: string; problem: string}[] = [];
  const whole = await needsWholeLines(source, format);
  let total = 0;
  async function* lines(): AsyncGenerator<Buffer> {
    for await (const example of await examplesToExport(source, format)) {
      total++;
      const rules = refused === "all" ? ["sensitivity"] : refused.get(example.id);
      const line = rules ? undefined : format.line(example, whole);
      const problem = rules ? undefined : lineProblem(example, line, options.format);
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
      throw new UserError(`${versionRefusal(version, unresolved, total, to)} Nothing was written.`);
    if (unresolved.length > 0 && !options.skipUnresolved)
      throw new UserError(
        `${versionRefusal(version, unresolved, total, to)} Or leave these rows out: --skip-unresolved. Nothing was written.`
      );
    if (broken.length > 0 && !options.skipBad) throw new UserError(brokenRowsText(broken, total));
    if (total === unresolved.length + broken.length)
      throw new UserError(
        `part ${source.part} has no row that may be written (${total} rows). Nothing was written.`
      );
  };
  if (options.out === undefined) {
    await pipeline(Readable.from(lines()), discard());
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
      // The old manifest does not describe the new file.
      await rm(`${resolve(options.out!)}.manifest.json`, {force: true});
    });
  return {
    sha256: options.out === undefined ? undefined : file.digest("hex"),
    rowsSha256: ids.digest(),
    leftOut: {unresolved: unresolved.length, broken: broken.length}
  };
}

/** Whether an example of any training part needs whole conversations: all files of a split have one form. */
async function needsWholeLines(source: TrainingSource, format: TrainingFormat): Promise<boolean> {
  if (!format.needsWhole) return false;
  const parts = new Set([source.part, "train", "validation"]);
  for (const part of parts)
    if ((source.split.counts[part] ?? 0) > 0)
      for await (const example of await examplesToExport({...source, part}, format))
        if (exampleProblem(example) === undefined && format.needsWhole(example)) return true;
  return false;
}

const discard = () => new Writable({write: (_chunk, _encoding, done) => done()});

function lineProblem(example: TrainingExample, line: object | undefined, format: string): string | undefined {
  return exampleProblem(example, format) ?? (line === undefined ? `${format} cannot hold it` : undefined);
}

function brokenRowsText(broken: readonly {row: string; problem: string}[], total: number): string {
  const named = broken.slice(0, 5).map(({row, problem}) => `${row} (${problem})`);
  const more = broken.length > 5 ? ` and ${broken.length - 5} more` : "";
  return `${broken.length} of ${total} rows make no valid example: ${named.join(", ")}${more}. Fix them in the dataset's \`sql\`, or leave them out: --skip-bad. Nothing was written.`;
}
