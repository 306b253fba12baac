import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import type {TensorJob} from "../engine/job.js";
import {isVocabulary} from "../plan/layers.js";
import {type OpenModel, tokenizerFolder} from "../plan/model.js";
import {tableRows} from "./tables.js";
import {byId, readVocabulary} from "./vocabulary.js";
import {assertTextFile} from "../../../base/system/regularFile.js";

/** What is found of vocabularies that a merge does not bring together. */
export interface VocabularyFindings {
  warnings: string[];
  problems: string[];
}

/** What is planned of a merge, as far as it tells which vocabulary its tables have. */
export interface PlannedTables {
  /** The model whose tokenizer files the result gets. */
  donor: OpenModel;
  models: readonly OpenModel[];
  jobs: readonly TensorJob[];
}

/** Tokens that a warning names. */
const TOLD = 3;

/**
 * Compares the tokenizers of the models whose table rows a merge takes by their place with the tokenizer that the result gets,
 * and its ids with the result's rows.
 */
export async function differingVocabularies({
  donor,
  models,
  jobs
}: PlannedTables): Promise<VocabularyFindings> {
  const tables = jobs.filter(({name, shape}) => isVocabulary(name) && shape.length === 2);
  const found: VocabularyFindings = {warnings: [], problems: []};
  // Where tokens.json says which token has which row, ids are no rows.
  if (tables.length === 0 || existsSync(join(donor.checkpoint.folder, "tokens.json"))) return found;
  const used = new Set(tables.flatMap(({inputs}) => inputs.map(({model}) => model)));
  for (const model of models)
    if (model !== donor && used.has(model.id)) found.warnings.push(...(await differences(donor, model)));
  const own = await readVocabulary(tokenizerFolder(donor), Infinity);
  const [table] = tables;
  const rows = table!.shape[0]!;
  const beyond = byId(own?.ids ?? new Map<string, number>()).filter(([, id]) => id >= rows);
  if (beyond.length > 0) {
    const shown = listed(beyond.map(([token, id]) => `${JSON.stringify(token)} (${id})`));
    const mended =
      beyond.at(-1)![1] < tableRows(donor)
        ? "tokenizer_source: base, or union, keeps their rows"
        : "tokenizer_source: base leaves those without a row out";
    found.problems.push(
      `the tokenizer of ${donor.id}, which the result gets, has ${counted(beyond.length)} beyond the ${rows} rows of ${table!.name}: ${shown}. ${mended}.`
    );
  }
  return found;
}

async function differences(donor: OpenModel, model: OpenModel): Promise<string[]> {
  const [ours, theirs] = [donor, model].map(tokenizerFolder) as [string, string];
  if (await isSameFile(ours, theirs, "tokenizer.json")) return [];
  const [own, other] = [await readVocabulary(ours, Infinity), await readVocabulary(theirs, Infinity)];
  if (!own || !other) return (await otherFiles(ours, theirs)).map((name) => otherFile(name, donor, model));
  const tokens = new Map([...byId(own.ids), ...byId(other.ids)]);
  const differing = [...tokens.keys()].filter((token) => own.ids.get(token) !== other.ids.get(token));
  if (differing.length === 0) return [];
  const at = (id: number | undefined) => (id === undefined ? "absent" : String(id));
  const shown = differing.map(
    (token) => `${JSON.stringify(token)} (${at(own.ids.get(token))} and ${at(other.ids.get(token))})`
  );
  return [
    `${donor.id} and ${model.id} have different vocabularies: ${counted(differing.length)} of ${tokens.size} differ${differing.length === 1 ? "s" : ""} in id, ${listed(shown)}. Rows of their tables are merged by place, so those of different tokens are mixed: tokenizer_source: union moves them to one vocabulary.`
  ];
}

/** Vocabularies of tokenizers without tokenizer.json that both have and that differ. */
async function otherFiles(ours: string, theirs: string): Promise<string[]> {
  const names = ["tokenizer.model", "vocab.json", "vocab.txt"];
  const found: string[] = [];
  for (const name of names)
    if (
      existsSync(join(ours, name)) &&
      existsSync(join(theirs, name)) &&
      !(await isSameFile(ours, theirs, name))
    )
      found.push(name);
  return found;
}

function otherFile(name: string, donor: OpenModel, model: OpenModel): string {
  return `${donor.id} and ${model.id} differ in ${name}: where their vocabularies do, rows of different tokens are mixed. Convert both to tokenizer.json to have them compared.`;
}

async function isSameFile(ours: string, theirs: string, name: string): Promise<boolean> {
  const [own, other] = await Promise.all(
    [ours, theirs].map(async (folder) => {
      await assertTextFile(join(folder, name));
      return readFile(join(folder, name)).catch(() => undefined);
    })
  );
  return own !== undefined && other !== undefined && own.equals(other);
}

function counted(n: number): string {
  return `${n} token${n === 1 ? "" : "s"}`;
}

function listed(shown: readonly string[]): string {
  const rest = shown.length - TOLD;
  return `${shown.slice(0, TOLD).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
