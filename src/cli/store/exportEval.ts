import {basename, dirname, join, resolve} from "node:path";
import {writeFile} from "node:fs/promises";
import {stringify} from "yaml";
import {noVersion, partRows} from "../../data/datasets/index.js";
import {type Row, assertMayWrite, noteWritten} from "../../base/store/index.js";
import {ensureSplit} from "../../data/splits/index.js";
import {UserError} from "../../base/validation/index.js";
import {writeAtomic} from "../../base/system/index.js";
import {openStore, recordExport, type Store} from "../../base/store/index.js";
import {placesOf, variantsOf, type Variant, withoutExamples} from "../../evals/runner/plan/prompts.js";
import {refusedRows} from "../../data/privacy/index.js";
import {
  datasetOf,
  findProject,
  loadDatasets,
  loadEvals,
  type NamedEval,
  openProject
} from "../project/project.js";
import {optionsOf, writtenScorer} from "../../evals/importedResults/tools/promptfoo/writeAssertions.js";
import {isFilledIn, isLoaded, notInSamples, notTaken} from "./notTaken.js";
import {promptfooProvider} from "../../evals/importedResults/tools/promptfoo/writeProvider.js";
import {note, print, printJson} from "../terminal/terminal.js";

export interface ExportEvalOptions {
  promptfoo?: string;
  inspect?: string;
  skipUnresolved?: boolean;
  overwrite?: boolean;
  json?: boolean;
}

/** A file that was written for another tool. */
interface ExportedFile {
  /** What is in it, in words. */
  holds: string;
  /** As `--json` tells them. */
  facts: {
    tool: "promptfoo" | "inspect";
    path: string;
    /** Tests or samples. */
    rows: number;
    notTaken: string[];
  };
}

/** Writes an eval's rows, prompts and expectations as another tool takes them. Says what has no counterpart there. */
export async function exportEval(name: string, options: ExportEvalOptions): Promise<void> {
  const project = findProject();
  const {evals, broken} = await loadEvals(project, [name]);
  const [one] = evals;
  if (!one) throw new UserError(broken.map(({message}) => message).join("\n"));
  if (one.definition.source)
    throw new UserError(`${name} has its scores from other tools' files: there is nothing to ask in it.`);
  const store = await openStore(await openProject());
  try {
    const dataset = datasetOf(one.definition, (await loadDatasets(project)).datasets).name;
    const rows = await rowsOf(store, one, dataset, options);
    const variants = variantsOf(one.definition.prompt, [], expectedOf(one));
    const files = filesOf(options);
    await assertMayWrite(store.workspace, files, options.overwrite);
    for (const file of files) await recordExport(store.workspace, file, {dataset});
    const exported: ExportedFile[] = [];
    if (options.promptfoo)
      exported.push(await promptfooFiles(resolve(options.promptfoo), one, rows, variants));
    if (options.inspect) exported.push(await inspectFile(resolve(options.inspect), one, rows, variants));
    for (const file of files) await noteWritten(store.workspace, file);
    if (options.json) printJson(exported.map(({facts}) => facts));
    else
      for (const {holds, facts} of exported) {
        print(`${holds} in ${facts.path}`);
        for (const line of facts.notTaken) print(`not taken over: ${line}`);
      }
  } finally {
    store.close();
  }
}

/** All that is written. */
function filesOf({promptfoo, inspect}: ExportEvalOptions): string[] {
  return [
    ...(promptfoo ? [resolve(promptfoo), testsBeside(resolve(promptfoo))] : []),
    ...(inspect ? [resolve(inspect)] : [])
  ];
}

const testsBeside = (config: string) =>
  join(dirname(config), `${basename(config).replace(/\.ya?ml$/i, "")}.tests.json`);

function expectedOf({definition: {expected}}: NamedEval): (row: Row) => unknown {
  return typeof expected === "string" ? (row) => row[expected] : (expected ?? (() => undefined));
}

/** Rows of the eval's part of its first split, without those with unresolved findings. The held-out part never leaves. */
async function rowsOf(
  store: Store,
  {name, definition}: NamedEval,
  dataset: string,
  {skipUnresolved}: ExportEvalOptions
): Promise<Row[]> {
  const {part = "test"} = definition;
  if (part === "held-out")
    throw new UserError("the held-out part is never exported. Only a final run opens it.");
  const version = await store.latestVersion(dataset);
  if (!version) throw noVersion(dataset);
  const split = await ensureSplit(store, version, [definition.split].flat()[0]!);
  const refused = await refusedRows(store, version, "fine-tuning", {onMessage: note});
  const rows: Row[] = [];
  const unresolved: string[] = [];
  for await (const row of partRows(store, store.workspace, version, split, part))
    if (refused === "all" || refused.has(row.id)) unresolved.push(row.id);
    else rows.push(row);
  if (unresolved.length > 0 && !skipUnresolved)
    throw new UserError(
      `${unresolved.length} rows of ${dataset} hold unresolved findings of personal data or are too sensitive to leave (${unresolved.slice(0, 5).join(", ")}). Resolve them (\`assay pii ${dataset}\`), or leave them out: --skip-unresolved. Nothing was written.`
    );
  if (rows.length === 0) throw new UserError(`eval ${name} has no row in part ${part} that may be written.`);
  return rows;
}

async function promptfooFiles(
  path: string,
  {name, definition}: NamedEval,
  rows: readonly Row[],
  variants: readonly Variant[]
): Promise<ExportedFile> {
  const dropped: string[] = [];
  const scorers = Object.entries(definition.scorers).flatMap(([metric, scorer]) => {
    const written = writtenScorer(metric, scorer);
    if ("missing" in written)
      dropped.push(`scorer ${metric}: no assertion is written for it, it ${written.missing}`);
    return "missing" in written ? [] : [{metric, written}];
  });
  const testsPath = testsBeside(path);
  const testsFile = basename(testsPath);
  const expected = expectedOf({definition} as NamedEval);
  const asked = variants.flatMap(({template}) => placesOf(template));
  const loaded = rows.filter((row) => isLoaded(ownOf(row, asked))).length;
  const plain =
    loaded === 0 &&
    variants.every(({template}) => definition.prompt === template || isText(definition.prompt, template));
  if (loaded > 0)
    dropped.push(
      `columns as variables: promptfoo would load what texts that begin with file:// or package: name (${loaded} rows), so each test has its whole prompt`
    );
  const unasked = new Map<string, number>();
  const tests = rows.map((row) => {
    const vars = plain
      ? ownOf(row, asked)
      : Object.fromEntries(variants.map((variant, i) => [`prompt_${i + 1}`, chatOf(variant, row)]));
    const assert = scorers.flatMap(({metric, written}) => {
      const own = written.assert(expected(row), row);
      if (own.length === 0) unasked.set(metric, (unasked.get(metric) ?? 0) + 1);
      return own;
    });
    return {description: row.id, vars, options: optionsOf(vars), metadata: {id: row.id}, assert};
  });
  const filledIn = tests.filter(({vars}) => isFilledIn(vars)).length;
  if (filledIn > 0)
    dropped.push(
      `text as it is in ${filledIn} rows: promptfoo fills in what stands in {{…}}, {%…%} or {#…#}`
    );
  for (const [metric, count] of unasked)
    dropped.push(`scorer ${metric}: ${count} rows have no value to compare with, and no assertion`);
  const candidates = await Promise.all(definition.candidates.map(promptfooProvider));
  dropped.push(...candidates.flatMap((one) => one.dropped), ...notTaken(definition));
  const {repeats = 1} = definition;
  const config = {
    description: definition.title ?? name,
    prompts: plain
      ? variants.map(({name: label, template}) => ({id: label, label, raw: withoutExamples(template)}))
      : variants.map(({name: label}, i) => ({id: label, label, raw: `{{prompt_${i + 1}}}`})),
    providers: candidates.flatMap(({provider}) => provider ?? []),
    evaluateOptions: repeats > 1 ? {repeat: repeats} : undefined,
    tests: `file://${testsFile}`
  };
  await writeAtomic(path, (temporary) => writeFile(temporary, stringify(config)));
  await writeAtomic(testsPath, (temporary) => writeFile(temporary, JSON.stringify(tests, null, 1)));
  const holds = `${tests.length} tests (${testsFile}), ${config.prompts.length} prompts, ${config.providers.length} providers`;
  return {holds, facts: {tool: "promptfoo", path, rows: tests.length, notTaken: dropped}};
}

const isText = (prompt: unknown, template: string) =>
  typeof prompt === "object" && prompt !== null && Object.values(prompt).includes(template);

/** A row's own columns: not what the project added to another tool's, unless prompts ask for it. */
const ownOf = (row: Row, asked: readonly string[] = []) =>
  Object.fromEntries(
    Object.entries(row).filter(([name]) => !["id", "part", "assert"].includes(name) || asked.includes(name))
  );

function chatOf(variant: Variant, row: Row): string {
  const {messages} = variant.render(row);
  return JSON.stringify(messages ?? []);
}

/** One sample a line, as Inspect's `json_dataset` takes it: input, target, id, metadata. */
async function inspectFile(
  path: string,
  {definition}: NamedEval,
  rows: readonly Row[],
  variants: readonly Variant[]
): Promise<ExportedFile> {
  const [variant] = variants;
  const expected = expectedOf({definition} as NamedEval);
  const samples = rows.map((row) => {
    const messages = variant!.render(row).messages ?? [];
    const only = messages.length === 1 && messages[0]!.role === "user" ? messages[0]!.content : undefined;
    const target = expected(row);
    return {
      id: row.id,
      input: only ?? messages,
      target: Array.isArray(target) ? target.map(targetText) : targetText(target),
      metadata: ownOf(row)
    };
  });
  await writeAtomic(path, (temporary) =>
    writeFile(temporary, samples.map((one) => `${JSON.stringify(one)}\n`).join(""))
  );
  const left = notInSamples(
    definition,
    variants.map(({name}) => name)
  );
  return {
    holds: `${samples.length} samples`,
    facts: {tool: "inspect", path, rows: samples.length, notTaken: left}
  };
}

/** Of an object its JSON, which a scorer there can read. */
function targetText(target: unknown): string {
  return typeof target === "object" && target !== null ? JSON.stringify(target) : String(target ?? "");
}
