import {basename} from "node:path";
import {at, isObject, type JsonObject, objectsOf, textOf} from "../../../data/datasets/index.js";
import {pythonJson} from "../../../base/validation/index.js";
import type {ResultsContent} from "../content.js";
import {askedText, finiteNumber, parsedScore, shortMembers, resultTime} from "../json.js";
import {type KindedAnswer, type KindedScore, scorersApart} from "../scorerNames.js";
import {fileOf, type ForeignTool} from "./types.js";

/**
 * Experiments exported from Phoenix: its JSON (`GET /v1/experiments/ID/json`) and its CSV. A row is an example of the
 * dataset, a repeat a repetition, scorers are the annotations. The candidate is named for the file.
 */
export const phoenix: ForeignTool = {
  tool: "phoenix",
  matches: (content) =>
    content.kind === "table"
      ? EXAMPLE.some((name) => content.columns.includes(name)) && content.columns.includes("reference_output")
      : runsIn(content).some(isRun),
  read: async (contents) => {
    const read = contents.map((content) => {
      const candidate = basename(content.path).replace(/\.[^.]*$/, "");
      const runs = content.kind === "table" ? runsOfTable(content.columns, content.rows) : runsIn(content);
      return runs.filter(isRun).map((run) => phoenixAnswer(run, candidate));
    });
    const apart = scorersApart(read.flat());
    return contents.map((content, i) =>
      fileOf(content, {tool: "phoenix", answers: apart.splice(0, read[i]!.length)})
    );
  }
};

const EXAMPLE = ["dataset_example_id", "example_id"];

function runsIn(content: ResultsContent): JsonObject[] {
  if (content.kind === "lines") return content.objects;
  return content.kind === "document" ? objectsOf(content.value) : [];
}

function isRun(run: JsonObject): boolean {
  return EXAMPLE.some((name) => name in run) && "reference_output" in run;
}

function phoenixAnswer(run: JsonObject, candidate: string): KindedAnswer {
  const error = textOf(run.error) || undefined;
  const repetition = finiteNumber(run.repetition_number);
  return {
    row: textOf(run.dataset_example_id ?? run.example_id) ?? "",
    candidate,
    repeat: repetition === undefined ? undefined : repetition - 1,
    output: textOf(run.output),
    failed: error,
    scores: error === undefined ? objectsOf(run.annotations).map(scoreIn) : [],
    input: askedText(run.input),
    expected: run.reference_output,
    slices: shortMembers(at(run, "metadata")),
    latencyMs: finiteNumber(run.latency_ms),
    promptTokens: finiteNumber(run.prompt_token_count),
    completionTokens: finiteNumber(run.completion_token_count),
    finishedAt: resultTime(run.end_time)
  };
}

function scoreIn({name, score, label, explanation, annotator_kind, error}: JsonObject): KindedScore {
  const value = finiteNumber(score) ?? parsedScore(label);
  return {
    scorer: textOf(name) ?? "annotation",
    value,
    reason: value === undefined ? (textOf(error) ?? "the export holds no number") : undefined,
    human: annotator_kind === "HUMAN",
    kind: annotator_kind === "HUMAN" ? "human" : annotator_kind === "CODE" ? "code" : "",
    details:
      label === undefined && explanation === undefined
        ? undefined
        : {label: textOf(label), explanation: textOf(explanation)}
  };
}

/** The CSV has a column for each member of an annotation: `annotation_NAME_score`. */
function runsOfTable(columns: readonly string[], rows: readonly string[][]): JsonObject[] {
  const annotated = columns.flatMap((column, i) => {
    const [, name, member] =
      /^annotation_(.+)_(score|label|explanation|error|annotator_kind)$/.exec(column) ?? [];
    return name === undefined || member === undefined ? [] : [{name, member, i}];
  });
  return rows.map((values) => {
    const run: JsonObject = Object.fromEntries(columns.map((column, i) => [column, values[i] || undefined]));
    for (const name of ["input", "reference_output", "output", "metadata"]) run[name] = valueIn(run[name]);
    for (const name of ["repetition_number", "latency_ms", "prompt_token_count", "completion_token_count"])
      run[name] = parsedScore(run[name]);
    const annotations = new Map<string, JsonObject>();
    for (const {name, member, i} of annotated) {
      const value = values[i] === "" ? undefined : member === "score" ? parsedScore(values[i]) : values[i];
      annotations.set(name, {...(annotations.get(name) ?? {name}), [member]: value});
    }
    run.annotations = [...annotations.values()].filter(
      (one) => isObject(one) && (one.score ?? one.label) !== undefined
    );
    return run;
  });
}

/** Values that are no text stand in the CSV as JSON. */
function valueIn(cell: unknown): unknown {
  if (typeof cell !== "string" || !/^[[{"]/.test(cell)) return cell;
  try {
    return pythonJson(cell);
  } catch {
    return cell;
  }
}
