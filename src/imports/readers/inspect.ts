import {
  at,
  inspectValue,
  isObject,
  type JsonObject,
  messageText,
  objectsOf,
  textOf
} from "../../datasets/index.js";
import {exactJson, UserError} from "../../store/index.js";
import type {Content} from "../content.js";
import {askedText, numberOf, slicesOf, timeOf} from "../json.js";
import type {ImportedAnswer, ImportedScore} from "../types.js";
import {fileOf, misshapen, type ResultReader} from "./types.js";

/**
 * Logs of Inspect, `.eval` or JSON. A row is a sample, a repeat an epoch, the candidate the log's model. A log of a run
 * that did not end holds the samples that did, and says so.
 */
export const inspect: ResultReader = {
  tool: "inspect",
  matches: (content) =>
    content.kind === "zip" ||
    (content.kind === "document" &&
      isObject(at(content.value, "eval")) &&
      at(content.value, "eval", "task") !== undefined),
  read: async (contents) => {
    const files = [];
    for (const content of contents) {
      const {header, samples} = await logOf(content);
      const task = textOf(at(header, "eval", "task"));
      const version = textOf(at(header, "eval", "packages", "inspect_ai"));
      const status = textOf(header.status);
      if (samples.length === 0)
        throw misshapen(
          content.path,
          "the log",
          "holds no samples: it was written with `--no-log-samples`, or cut"
        );
      files.push(
        fileOf(content, {
          tool: "inspect",
          version,
          title: task,
          answers: samples.map((sample) => answerOf(header, sample)),
          notes:
            status === undefined || status === "success"
              ? []
              : [`${content.path} is the log of a run that ended with status ${status}.`]
        })
      );
    }
    return files;
  }
};

/** The header is written last; before it, the journal's start says what was evaluated. */
const HEADERS = ["header.json", "_journal/start.json"];

async function logOf(content: Content): Promise<{header: JsonObject; samples: JsonObject[]}> {
  if (content.kind !== "zip") {
    const header = (content as {value: JsonObject}).value;
    return {header, samples: objectsOf(header.samples)};
  }
  const {zip, path} = content;
  try {
    const headed = HEADERS.find((name) => zip.names.includes(name));
    if (!headed)
      throw misshapen(path, "the zip file", "has no header.json and samples/, so it is no Inspect log");
    const documents = async (name: string): Promise<JsonObject> => {
      const bytes = await zip.read(name);
      try {
        const value: unknown = exactJson(bytes.toString("utf8"));
        if (isObject(value)) return value;
      } catch {
        // Told below: the parser's message would quote what the sample says.
      }
      throw new UserError(`${path}: ${name} in it is not a JSON object. Write the log again.`);
    };
    const header = await documents(headed);
    const samples: JsonObject[] = [];
    for (const name of zip.names)
      if (/^samples\/[^/]+\.json$/.test(name)) samples.push(await documents(name));
    return {header, samples};
  } finally {
    zip.close();
  }
}

function answerOf(header: JsonObject, sample: JsonObject): ImportedAnswer {
  const message = objectsOf(at(sample, "output", "choices"))[0]?.message;
  const error = textOf(at(sample, "error", "message"));
  const scores = isObject(sample.scores) ? Object.entries(sample.scores) : [];
  const epoch = numberOf(sample.epoch);
  const model = textOf(at(header, "eval", "model")) ?? "unknown";
  const usage = usageOf(sample, model);
  return {
    row: textOf(sample.id) ?? "",
    candidate: model,
    repeat: epoch === undefined ? undefined : epoch - 1,
    output: isObject(message) ? attached(sample, messageText(message)) : undefined,
    failed: scores.length === 0 && error !== undefined ? error : undefined,
    scores: scores.flatMap(([scorer, score]) => scoresOf(scorer, score)),
    input: attached(sample, askedText(sample.input)),
    expected: sample.target,
    slices: slicesOf(sample.metadata),
    model,
    latencyMs: secondsOf(sample.working_time ?? sample.total_time),
    promptTokens: numberOf(usage.input_tokens),
    completionTokens: numberOf(usage.output_tokens),
    cachedTokens: numberOf(usage.input_tokens_cache_read),
    finishedAt: timeOf(sample.completed_at)
  };
}

/** A scorer may give several values by name: each is a scorer of its own then. */
function scoresOf(scorer: string, score: unknown): ImportedScore[] {
  const value = at(score, "value");
  const details = {
    answer: textOf(at(score, "answer")),
    explanation: textOf(at(score, "explanation"))
  };
  if (isObject(value))
    return Object.entries(value).map(([name, one]) => ({
      scorer: `${scorer}/${name}`,
      value: inspectValue(one),
      reason: inspectValue(one) === undefined ? "the log holds no number" : undefined
    }));
  const number = inspectValue(value);
  return [
    {
      scorer,
      value: number !== undefined && Number.isFinite(number) ? number : undefined,
      reason: number === undefined ? "the log holds no number" : undefined,
      details: Object.keys(details).length > 0 ? details : undefined
    }
  ];
}

function usageOf({model_usage}: JsonObject, model: string): JsonObject {
  const own = at(model_usage, model) ?? (isObject(model_usage) ? Object.values(model_usage)[0] : undefined);
  return isObject(own) ? own : {};
}

const secondsOf = (value: unknown) => {
  const seconds = numberOf(value);
  return seconds === undefined ? undefined : seconds * 1000;
};

/** Long texts may stand in the sample's `attachments`, with a reference in their place. */
function attached({attachments}: JsonObject, text: string | undefined): string | undefined {
  const key = text && /^attachment:\/\/(\w+)$/.exec(text)?.[1];
  const found = key && isObject(attachments) ? attachments[key] : undefined;
  return typeof found === "string" ? found : text;
}
