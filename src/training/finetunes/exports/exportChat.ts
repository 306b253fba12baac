import {rm} from "node:fs/promises";
import {resolve} from "node:path";
import {findVersion, partRows} from "../../../data/datasets/index.js";
import type {ChatColumns} from "./chatExample.js";
import {type ChatFile, writeChatFile} from "./writeChatFile.js";
import {refusedRows, versionRefusal} from "../../../data/privacy/index.js";
import {UsageError, UserError} from "../../../base/validation/index.js";
import {writeAtomic, writeJsonAtomic} from "../../../base/system/index.js";
import {
  assertMayWrite,
  noRowLeft,
  noteWritten,
  openCounts,
  recordExport,
  type Row,
  type SplitManifest,
  type Store,
  type VersionManifest
} from "../../../base/store/index.js";
import {chosenSplit} from "../../../data/splits/index.js";

export interface ExportChatOptions {
  dataset?: string;
  split?: string;
  part?: string;
  messages?: string;
  prompt?: string;
  completion?: string;
  system?: string;
  skipUnresolved?: boolean;
  skipBad?: boolean;
  overwrite?: boolean;
}

/** Written beside a fine-tuning file: what it was made of. */
export interface ChatManifest extends Omit<ChatFile, "broken"> {
  kind: "chat-export";
  schemaVersion: 1;
  dataset: string;
  version: string;
  versionSha256: string;
  split: {id: string; name: string; sha256: string};
  part: string;
  columns: ChatColumns;
  /** Rows of the part that are not in the file: with unresolved findings, and without a valid example. */
  leftOut: {unresolved: number; broken: number};
  exportedAt: string;
}

/**
 * Writes a part of a split as chat examples for fine-tuning, with a manifest beside it. Rows with unresolved findings
 * stop the export unless they are to be left out; rows of the held-out part are never written.
 */
export async function exportChat(
  store: Store,
  path: string,
  options: ExportChatOptions,
  onMessage: (message: string) => void = () => undefined
): Promise<ChatManifest> {
  if (!options.dataset) throw new UsageError("--chat needs --dataset NAME or --dataset NAME@VERSION.");
  const file = resolve(path);
  await assertMayWrite(store.workspace, [file], options.overwrite);
  const version = await findVersion(store, options.dataset);
  const columns = chatColumns(version, options);
  const part = options.part ?? "train";
  const split = await splitToExport(store, version, options.split, part);
  const refused = await refusedRows(store, version, "fine-tuning", {
    onMessage,
    columns: columnsOf(columns)
  });
  const unresolved: {row: string; rules: string[]}[] = [];
  let total = 0;
  async function* allowed(): AsyncGenerator<Row> {
    for await (const row of partRows(store, store.workspace, version, split, part)) {
      total++;
      const rules = refused === "all" ? ["sensitivity"] : refused.get(row.id);
      if (rules) unresolved.push({row: row.id, rules});
      else yield row;
    }
  }
  const manifestFile = `${file}.manifest.json`;
  let written: ChatFile;
  await writeAtomic(file, async (temporary) => {
    written = await writeChatFile(temporary, allowed(), columns);
    if (unresolved.length > 0 && !options.skipUnresolved)
      throw new UserError(
        `${versionRefusal(version, unresolved, total, "fine-tuning")} Or leave these rows out: --skip-unresolved. Nothing was written.`
      );
    if (written.broken.length > 0 && !options.skipBad)
      throw new UserError(brokenExamplesText(written, total));
    if (written.rows === 0)
      throw new UserError(
        `part ${part} of split ${split.name} has no row that may be written (${total} rows). Nothing was written.`
      );
    await recordExport(store.workspace, file, {
      dataset: version.dataset,
      version: version.id,
      split: split.id,
      part
    });
    // The old manifest does not describe the new file.
    await rm(manifestFile, {force: true});
  });
  const {broken, ...facts} = written!;
  const manifest: ChatManifest = {
    kind: "chat-export",
    schemaVersion: 1,
    dataset: version.dataset,
    version: version.id,
    versionSha256: version.sha256,
    split: {id: split.id, name: split.name, sha256: split.sha256},
    part,
    columns,
    leftOut: {unresolved: unresolved.length, broken: broken.length},
    ...facts,
    exportedAt: new Date().toISOString()
  };
  await writeJsonAtomic(manifestFile, manifest);
  await noteWritten(store.workspace, file);
  return manifest;
}

/** The columns that a chat example holds. */
export function columnsOf(columns: ChatColumns): string[] {
  const names =
    "messages" in columns
      ? [columns.messages, columns.tools]
      : [columns.prompt, columns.completion, columns.tools];
  return names.filter((name) => name !== undefined);
}

export function chatColumns(version: VersionManifest, options: ExportChatOptions): ChatColumns {
  const {messages, prompt, completion, system} = options;
  const has = (name: string | undefined) => version.columns.some((column) => column.name === name);
  if (messages !== undefined && (prompt ?? completion ?? system) !== undefined)
    throw new UsageError(
      "--messages goes without --prompt, --completion and --system: a row has its messages."
    );
  const asked = [messages, prompt, completion].filter((name) => name !== undefined && !has(name));
  const there = version.columns.map(({name}) => name).join(", ");
  if (asked.length > 0)
    throw new UserError(`${version.dataset} has no column ${asked.join(", ")}. It has ${there}.`);
  const tools = has("tools") ? "tools" : undefined;
  const whole =
    messages ?? ((prompt ?? completion) === undefined && has("messages") ? "messages" : undefined);
  if (whole !== undefined && system === undefined) return {messages: whole, tools};
  const columns = {prompt: prompt ?? version.text, completion: completion ?? version.label};
  if (columns.prompt === undefined || columns.completion === undefined)
    throw new UserError(
      `${version.dataset} does not say what is asked and what is answered. Name the columns with --prompt and --completion, or one of messages with --messages. It has ${there}.`
    );
  return {prompt: columns.prompt, completion: columns.completion, system, tools};
}

export async function splitToExport(
  store: Store,
  version: VersionManifest,
  wanted: string | undefined,
  part: string
): Promise<SplitManifest> {
  if (part === "held-out")
    throw new UserError("the held-out part is never exported. Only a final run opens it.");
  const split = await chosenSplit(store, version, wanted);
  if (!Object.hasOwn(split.counts, part))
    throw new UserError(
      `split ${split.name} of ${version.dataset}@${version.id} has no part ${part}. It has ${Object.keys(split.counts).join(", ")}.`
    );
  if (split.counts[part] && !(await openCounts(store, store.workspace, split))[part])
    throw new UserError(`${noRowLeft(split, part)} Nothing was written.`);
  return split;
}

const NAMED = 5;

function brokenExamplesText({broken}: ChatFile, total: number): string {
  const counts = new Map<string, number>();
  for (const {problems} of broken)
    for (const problem of problems) counts.set(problem, (counts.get(problem) ?? 0) + 1);
  const rows = broken.slice(0, NAMED).map(({row, problems}) => `${row} (${problems.join(", ")})`);
  const more = broken.length > NAMED ? ` and ${broken.length - NAMED} more` : "";
  return `${broken.length} of ${total} rows make no valid example: ${rows.join(", ")}${more}. Problems: ${[...counts].map(([problem, count]) => `${problem} (${count})`).join(", ")}. Fix them in the dataset's \`sql\`, or leave them out: --skip-bad. Nothing was written.`;
}
