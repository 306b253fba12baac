import {stat} from "node:fs/promises";
import {UserError} from "../../base/validation/errors.js";
import {canonicalJson, hashJson, sha256, sha256File} from "../../base/system/hash.js";
import {inProject} from "../../base/system/projectPaths.js";
import type {StatedHosting} from "../../base/costs/index.js";
import type {EndpointEffects} from "./effects.js";
import type {TokenPrice, Trust, Usage} from "./types.js";
import {amountOf, type RecordField, fieldOf, fieldVersion, isAbsent, recordedText} from "./recordField.js";
import {openRecordFile, type RecordedRow, type RecordFile} from "./recordFile.js";

export interface RecordedOptions {
  name: string;
  /** A JSONL, JSON or CSV file, by its path from the project's folder; or the records themselves in `rows`. */
  file?: string;
  rows?: readonly RecordedRow[];
  /** The row that a record answers. Default: the field "id". */
  id?: RecordField<string | number | undefined>;
  /** The recorded output; a list holds one output a repeat. Default: the field "output". */
  output?: RecordField<unknown>;
  /** Repeat number, from 0. Default, also of a record that says none: the order of records with the same id. */
  repeat?: RecordField<number | string | undefined>;
  /** Which model gave the output, when a recording holds several. Default: every model's. */
  model?: RecordField<string | undefined>;
  /**
   * For a judge's recording: the answer that a record judges. The record whose row and answer (white space around it aside)
   * are asked about is taken, so that one recording judges several candidates' answers to a row.
   */
  judged?: RecordField<unknown>;
  usage?: (record: RecordedRow) => Usage | undefined;
  /** Milliseconds as recorded. Without it, and where a record says none, the completion carries the replay's own time. */
  latencyMs?: RecordField<number | undefined>;
  effects?: EndpointEffects;
  finishReason?: RecordField<string | undefined>;
  price?: TokenPrice;
  hosting?: StatedHosting;
  trust?: Trust;
}

/** An opened recording. */
export interface Recording {
  read(position: number): Promise<RecordedRow>;
  /** By model, row, repeat and judged answer, as `keyOf` joins them. */
  positions: Map<string, {position: number; item?: number}>;
  sha256: string;
  /** Stands for how it is read. */
  reading: string;
  close(): Promise<void>;
}

/** Reads the records once. Throws where one has no id, or says the same as an earlier one. */
export async function openSource(options: RecordedOptions): Promise<Recording> {
  const {name, file, rows} = options;
  // Before a function has read a record: what it keeps of it in a variable is none of its settings.
  const reading = readingOf(options);
  const positions: Recording["positions"] = new Map();
  const seen = new Map<string, number>();
  const visit = (record: RecordedRow, position: number) => {
    const id = fieldOf(record, position, options.id ?? "id");
    if (id === undefined || id === null)
      throw new Error(
        `${file ?? name}: record ${position + 1} has no ${fieldLabel(options.id ?? "id")}. Name the field in "id".`
      );
    const model = options.model === undefined ? "" : String(fieldOf(record, position, options.model));
    const judged =
      options.judged === undefined
        ? ""
        : (recordedText(fieldOf(record, position, options.judged), undefined) ?? "");
    const output = fieldOf(record, position, options.output ?? "output");
    const add = (repeat: number, item?: number) => {
      const key = recordKey(model, String(id), repeat, judged);
      if (positions.has(key))
        throw new Error(
          `${file ?? name}: record ${position + 1} repeats row ${String(id)}, repeat ${repeat}. Remove one of them.`
        );
      positions.set(key, item === undefined ? {position} : {position, item});
    };
    if (Array.isArray(output)) return output.forEach((_, item) => add(item, item));
    const stated = options.repeat === undefined ? undefined : fieldOf(record, position, options.repeat);
    if (!isAbsent(stated)) return add(repeatOf(stated, `${file ?? name}: record ${position + 1}`));
    const group = recordKey(model, String(id), 0, judged);
    const repeat = seen.get(group) ?? 0;
    seen.set(group, repeat + 1);
    add(repeat);
  };
  if (rows) {
    rows.forEach(visit);
    const all = rows;
    return {
      positions,
      reading,
      sha256: sha256(all.map((row) => canonicalJson(row)).join("\n")),
      read: async (position) => all[position]!,
      close: async () => undefined
    };
  }
  const path = inProject(file!);
  if (!(await stat(path).catch(() => undefined))?.isFile())
    throw new UserError(`There is no recording ${path}. Check the path in \`file\`.`);
  const [hash, records]: [string, RecordFile] = await Promise.all([
    sha256File(path),
    openRecordFile(path, visit)
  ]);
  return {positions, reading, sha256: hash, read: records.read, close: records.close};
}

function repeatOf(stated: unknown, where: string): number {
  const repeat = amountOf(stated);
  if (!Number.isInteger(repeat))
    throw new Error(
      `${where} has the repeat ${JSON.stringify(stated)}. Repeats are whole numbers from 0 on.`
    );
  return repeat!;
}

export const recordKey = (model: string, rowId: string, repeat: number, judged: string) =>
  `${model}\u0000${rowId}\u0000${repeat}\u0000${judged.trim()}`;

const fieldLabel = (field: RecordField<unknown>) => (typeof field === "string" ? `field "${field}"` : "id");

/** How the file is read decides what is answered, and at what cost and time, so it belongs to the identity. */
function readingOf(options: RecordedOptions): string {
  const {id = "id", output = "output", repeat, model, finishReason, judged, usage, latencyMs} = options;
  const said = [id, output, repeat, model, finishReason].map((one) =>
    one === undefined ? "null" : fieldVersion(one)
  );
  if (judged !== undefined) said.push(fieldVersion(judged));
  // By their names: fields before them may be left out.
  if (usage !== undefined) said.push(`usage: ${fieldVersion(usage)}`);
  if (latencyMs !== undefined) said.push(`latencyMs: ${fieldVersion(latencyMs)}`);
  return hashJson(said).slice(0, 16);
}
