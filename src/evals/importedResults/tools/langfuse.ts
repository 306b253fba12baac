import {at, isObject, type JsonObject, objectsOf, textOf} from "../../../data/datasets/index.js";
import {hashJson} from "../../../base/system/index.js";
import type {ResultsContent} from "../content.js";
import {askedText, finiteNumber, positiveOf, parsedScore, shortMembers, resultTime} from "../json.js";
import {type KindedAnswer, type KindedScore, scorersApart} from "../scorerNames.js";
import {fileOf, misshapen, type ForeignTool} from "./types.js";

/**
 * Langfuse: traces with their scores, in one file or in several: traces (`/api/public/traces` or the export of the
 * traces' table), scores (`/api/public/v2/scores`), dataset runs with `datasetRunItems`, dataset items. A row is a
 * dataset item where a run names one, else what was asked; the candidate is the dataset run, else the trace's release,
 * version or name.
 */
export const langfuse: ForeignTool = {
  tool: "langfuse",
  matches: (content) =>
    objectsIn(content).some((one) => isTrace(one) || isScore(one) || isRunItem(one) || isItem(one)),
  read: async (contents) => {
    const all = contents.flatMap(objectsIn);
    const known = {
      scores: byTrace(all),
      runItems: new Map(all.filter(isRunItem).map((item) => [textOf(item.traceId) ?? "", item])),
      items: new Map(all.filter(isItem).map((item) => [textOf(item.id) ?? "", item]))
    };
    const read = contents.map((content) =>
      objectsIn(content)
        .filter(isTrace)
        .map((trace) => langfuseAnswer(trace, known))
        .filter(({scores, failed}) => scores.length > 0 || failed !== undefined)
    );
    const apart = scorersApart(read.flat());
    const files = contents.map((content, i) =>
      fileOf(content, {
        tool: "langfuse",
        answers: apart.splice(0, read[i]!.length),
        lacks: missingPages(content, contents)
      })
    );
    if (files.every(({answers}) => answers.length === 0))
      throw misshapen(
        contents[0]!.path,
        "the export",
        "holds no trace with a score. Export the traces and their scores (`/api/public/traces`, `/api/public/v2/scores`) and name both files"
      );
    return files;
  }
};

interface LangfuseRecords {
  scores: ReadonlyMap<string, JsonObject[]>;
  runItems: ReadonlyMap<string, JsonObject>;
  items: ReadonlyMap<string, JsonObject>;
}

function objectsIn(content: ResultsContent): JsonObject[] {
  if (content.kind === "lines") return content.objects.flatMap(withRunItems);
  if (content.kind !== "document") return [];
  const {value} = content;
  if (isObject(value) && isTrace(value)) return [value];
  const list = Array.isArray(value)
    ? value
    : ["data", "traces", "scores", "datasetItems"].flatMap((name) => objectsOf(at(value, name)));
  const found = objectsOf(list);
  return (found.length > 0 ? found : isObject(value) ? [value] : []).flatMap(withRunItems);
}

const withRunItems = (one: JsonObject) => [one, ...objectsOf(one.datasetRunItems)];

/** Its scores are objects, not a table of numbers by name as other tools keep them. */
function isTrace(one: JsonObject): boolean {
  const own = "input" in one && "output" in one && typeof one.id === "string";
  return own && ("timestamp" in one || "projectId" in one || "observations" in one) && !isObject(one.scores);
}

/** Langfuse numbers the pages of a list; whatever is in a list tells it from the others. */
function missingPages(content: ResultsContent, contents: readonly ResultsContent[]): string | undefined {
  const own = pageOf(content);
  if (!own) return undefined;
  const given = new Set(
    contents.flatMap((one) => {
      const other = pageOf(one);
      return other?.list === own.list ? [other.page] : [];
    })
  );
  return given.size < own.pages
    ? `is page ${own.page} of ${own.pages}: fetch the others, and name all files`
    : undefined;
}

function pageOf(content: ResultsContent): {page: number; pages: number; list: string} | undefined {
  const meta = content.kind === "document" ? at(content.value, "meta") : undefined;
  const [page, pages] = [finiteNumber(at(meta, "page")), finiteNumber(at(meta, "totalPages"))];
  if (page === undefined || pages === undefined || pages < 2) return undefined;
  const [first = {}] = objectsIn(content);
  return {
    page,
    pages,
    list: isTrace(first) ? "traces" : isScore(first) ? "scores" : Object.keys(first).join()
  };
}

const isScore = (one: JsonObject) =>
  typeof one.traceId === "string" && "name" in one && ("dataType" in one || "value" in one);

const isRunItem = (one: JsonObject) =>
  typeof one.datasetItemId === "string" && typeof one.traceId === "string";

const isItem = (one: JsonObject) => "expectedOutput" in one && typeof one.id === "string";

/** Scores in files of their own, and those inside traces. */
function byTrace(all: readonly JsonObject[]): Map<string, JsonObject[]> {
  const scores = new Map<string, Map<string, JsonObject>>();
  const add = (trace: unknown, score: JsonObject) => {
    const key = textOf(trace) ?? "";
    const own = scores.get(key) ?? new Map<string, JsonObject>();
    scores.set(key, own.set(textOf(score.id) ?? String(own.size), score));
  };
  for (const one of all) {
    if (isScore(one)) add(one.traceId, one);
    if (isTrace(one)) for (const score of objectsOf(one.scores)) add(one.id, score);
  }
  return new Map([...scores].map(([trace, own]) => [trace, [...own.values()]]));
}

function langfuseAnswer(trace: JsonObject, {scores, runItems, items}: LangfuseRecords): KindedAnswer {
  const id = textOf(trace.id) ?? "";
  const runItem = runItems.get(id);
  const itemId = textOf(runItem?.datasetItemId ?? at(trace, "metadata", "dataset_item_id"));
  const item = itemId === undefined ? undefined : items.get(itemId);
  const seconds = knownFigure(trace.latency);
  const own = scores.get(id) ?? [];
  const error = langfuseFailure(trace, runItem !== undefined && own.length === 0);
  return {
    row: itemId ?? `input-${hashJson(trace.input ?? null).slice(0, 12)}`,
    candidate:
      textOf(
        runItem?.datasetRunName ?? at(trace, "metadata", "dataset_run_name") ?? trace.release ?? trace.version
      ) ??
      textOf(trace.name) ??
      "unknown",
    output: textOf(trace.output),
    failed: error,
    scores: error === undefined ? own.map(scoreIn) : [],
    input: askedText(trace.input),
    expected: item?.expectedOutput ?? undefined,
    slices: {...shortMembers(item?.metadata), ...shortMembers(trace.metadata)},
    latencyMs: seconds === undefined ? undefined : seconds * 1000,
    costUsd: positiveOf(trace.totalCost),
    finishedAt: resultTime(trace.timestamp)
  };
}

/** Langfuse writes −1 for a figure that was not asked for; the cost is 0, too, where no price is known. */
function knownFigure(value: unknown): number | undefined {
  const number = finiteNumber(value);
  return number !== undefined && number >= 0 ? number : undefined;
}

/** In a run over a dataset every item was asked: without output and score there was no answer. */
function langfuseFailure({level, statusMessage, output}: JsonObject, unscored: boolean): string | undefined {
  if (level === "ERROR") return textOf(statusMessage) ?? "the trace ended with an error";
  return unscored && (output === null || output === undefined) ? "the trace has no output" : undefined;
}

/** Beside a word (`CATEGORICAL`, `TEXT`) the number is a default, or a category's place in its list. */
function scoreIn({
  name,
  value,
  stringValue,
  dataType,
  comment,
  source,
  observationId
}: JsonObject): KindedScore {
  const counts = dataType !== "CATEGORICAL" && dataType !== "TEXT" && dataType !== "CORRECTION";
  const number = (counts ? parsedScore(value) : undefined) ?? parsedScore(stringValue);
  const human = source === "ANNOTATION";
  const details = {label: counts ? undefined : textOf(stringValue), comment: textOf(comment)};
  return {
    scorer: textOf(name) ?? "score",
    value: number,
    reason: number === undefined ? "the export holds no number" : undefined,
    human,
    details: Object.values(details).some((one) => one !== undefined) ? details : undefined,
    kind: [human ? "human" : "", textOf(observationId) ? "observation" : ""].filter((word) => word).join(", ")
  };
}
