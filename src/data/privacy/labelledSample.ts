import {readFile} from "node:fs/promises";
import {basename} from "node:path";
import {anyObject, anyText, byName, listOf, number, text} from "../../base/validation/checked.js";
import {fileForm} from "../../base/validation/fileForm.js";
import {UserError} from "../../base/validation/index.js";
import {assertTextFile, sha256} from "../../base/system/index.js";
import {
  datasetKey,
  getJson,
  openRows,
  putJson,
  type Store,
  type VersionManifest
} from "../../base/store/index.js";
import {checkAnnotations} from "./annotations.js";
import type {Layer} from "./finding.js";
import {recognizersVersion} from "./recognizers/index.js";
import {scanText} from "./scanText.js";
import {defaultIou, scoreSpans, type Span, type SpanScore} from "./spanScoring.js";
import {defaultLayers} from "./versionLedger.js";

/** How well the recognisers did on texts that people labelled. */
export interface Recognition {
  kind: "recognition";
  schemaVersion: 1;
  dataset: string;
  measuredAt: string;
  /** The labelled sample. */
  file: string;
  sha256: string;
  texts: number;
  /** Annotations that were left out because their offsets hold other words than they state. */
  wrongAnnotations: number;
  recognizers: string;
  layers: string[];
  /** Least character intersection over union of a found span with the annotation. */
  iou: number;
  types: Record<string, SpanScore>;
}

interface LabelledText {
  text: string;
  column?: string;
  annotations: {type: string; start: number; end: number; value?: string}[];
}

/**
 * Precision and recall by type against a labelled sample, kept beside the dataset's versions. The sample is JSON
 * (a list) or one JSON object a line: `{"text": "…", "spans": [{"type", "start", "end"}]}`, or with `"row"` (and
 * `"column"`) instead of `"text"` for a row of the version. Offsets count code points; `"value"`, when given, must be
 * what stands there. The names of other tools (`full_text`, `entity_type`, `start_position`) are understood. Throws
 * UserError with every line that cannot be used.
 */
export async function measureRecognition(
  store: Store,
  version: VersionManifest,
  path: string,
  {layers = defaultLayers, now = () => new Date()}: {layers?: readonly Layer[]; now?: () => Date} = {}
): Promise<Recognition> {
  await assertTextFile(path);
  const content = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UserError(`no labelled sample at ${path}.`, {cause});
  });
  const texts = await labelledTexts(store, version, path, content);
  let wrongAnnotations = 0;
  const scored = texts.map(({text, column, annotations}) => {
    const {spans, wrong} = checkAnnotations(text, annotations.map(withValue(text)));
    wrongAnnotations += wrong.length;
    const found: Span[] = scanText(text, {layers, column});
    return {annotated: spans, found};
  });
  const measured: Recognition = {
    kind: "recognition",
    schemaVersion: 1,
    dataset: version.dataset,
    measuredAt: now().toISOString(),
    file: basename(path),
    sha256: sha256(content),
    texts: texts.length,
    wrongAnnotations,
    recognizers: recognizersVersion(),
    layers: [...layers],
    iou: defaultIou,
    types: Object.fromEntries(scoreSpans(scored))
  };
  await putJson(store.workspace, datasetKey(version.dataset, "recognition.json"), measured);
  return measured;
}

const MEASURED = fileForm<Recognition>(
  {file: anyText(), texts: number(), types: byName(anyObject(), "scores by type"), layers: listOf(text())},
  "Remove it and measure again with `assay pii --labels FILE`."
);

/** What was measured last for a dataset, or undefined when nothing was. */
export async function recognition(store: Store, dataset: string): Promise<Recognition | undefined> {
  return getJson(store.workspace, datasetKey(dataset, "recognition.json"), MEASURED);
}

const withValue =
  (text: string) =>
  ({value, ...span}: LabelledText["annotations"][number]) => ({
    ...span,
    value: value ?? [...text].slice(span.start, span.end).join("")
  });

async function labelledTexts(
  store: Store,
  version: VersionManifest,
  path: string,
  content: string
): Promise<LabelledText[]> {
  const problems: string[] = [];
  const texts: LabelledText[] = [];
  for (const [index, record] of recordsOf(content, problems).entries()) {
    const made = await labelledText(store, version, record);
    if (typeof made === "string") problems.push(`entry ${index + 1}: ${made}`);
    else texts.push(made);
  }
  if (texts.length === 0 && problems.length === 0) problems.push("it has no entries");
  if (problems.length > 0)
    throw new UserError(
      `${path} cannot be used: ${problems.slice(0, 10).join("; ")}${problems.length > 10 ? `; and ${problems.length - 10} more` : ""}. An entry is {"text": "…", "spans": [{"type": "EMAIL_ADDRESS", "start": 0, "end": 5}]}, or has "row" instead of "text".`
    );
  return texts;
}

function recordsOf(content: string, problems: string[]): unknown[] {
  if (content.trimStart().startsWith("["))
    try {
      return JSON.parse(content) as unknown[];
    } catch {
      problems.push("it is not valid JSON");
      return [];
    }
  const records: unknown[] = [];
  for (const [index, line] of content.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      records.push(JSON.parse(line));
    } catch {
      problems.push(`line ${index + 1} is not valid JSON`);
    }
  }
  return records;
}

async function labelledText(
  store: Store,
  version: VersionManifest,
  record: unknown
): Promise<LabelledText | string> {
  const entry = (typeof record === "object" && record !== null ? record : {}) as Record<string, unknown>;
  const spans = entry.spans;
  if (!Array.isArray(spans)) return `it has no list "spans" (empty when there is nothing to find)`;
  const annotations: LabelledText["annotations"] = [];
  for (const one of spans as unknown[]) {
    const span = (typeof one === "object" && one !== null ? one : {}) as Record<string, unknown>;
    const {type, start, end, value} = {
      type: span.type ?? span.entity_type,
      start: span.start ?? span.start_position,
      end: span.end ?? span.end_position,
      value: span.value ?? span.entity_value
    };
    if (typeof type !== "string" || !Number.isInteger(start) || !Number.isInteger(end))
      return `a span needs "type", "start" and "end"`;
    annotations.push({
      type,
      start: start as number,
      end: end as number,
      value: typeof value === "string" ? value : undefined
    });
  }
  const text = entry.text ?? entry.full_text;
  if (typeof text === "string") return {text, annotations};
  if (typeof entry.row !== "string") return `it has neither "text" nor "row"`;
  const column = typeof entry.column === "string" ? entry.column : version.text;
  if (column === undefined || !version.columns.some(({name}) => name === column))
    return `it needs "column", one of ${version.columns.map(({name}) => name).join(", ")}`;
  const row = await store.row<Record<string, unknown>>(
    `select * from (${await openRows(store.workspace, version)}) where row_id = $row`,
    {row: entry.row}
  );
  const cell = row?.[column];
  return typeof cell === "string"
    ? {text: cell, column, annotations}
    : `row ${JSON.stringify(entry.row)} has no text in ${column}, or is held out`;
}
