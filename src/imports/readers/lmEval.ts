import {readdir, readFile} from "node:fs/promises";
import {basename, dirname, join} from "node:path";
import {at, isObject, type JsonObject, objectsOf, textOf} from "../../datasets/index.js";
import {askedText, numberOf, slicesOf} from "../json.js";
import type {ImportedAnswer} from "../types.js";
import {fileOf, misshapen, type ResultReader} from "./types.js";

const RESERVED = new Set(
  "doc_id doc target arguments resps filtered_resps filter metrics doc_hash prompt_hash target_hash".split(
    " "
  )
);

/** Smaller is better there: as scores they would turn a verdict round. */
const COSTS = /perplexity|bits_per_byte|brier|(^|_)ter($|,)|loss|wer$|mse$|mae$/;

/**
 * Samples that lm-evaluation-harness logs with `--log_samples`. A row is a document of a task; the candidate is the model
 * of the `results_….json` beside the file, else the folder that the harness named for the model. Of several filters of
 * one document each gives scorers of its own name.
 */
export const lmEval: ResultReader = {
  tool: "lm-eval",
  matches: (content) =>
    (content.kind === "lines" && isSample(content.objects[0])) ||
    (content.kind === "document" && (isSample(content.value) || objectsOf(content.value).some(isSample))),
  read: async (contents) => {
    const files = [];
    for (const content of contents) {
      const samples =
        content.kind === "lines"
          ? content.objects
          : content.kind === "document"
            ? Array.isArray(content.value)
              ? objectsOf(content.value)
              : [content.value as JsonObject]
            : [];
      const task = /^samples_(.+?)(?:_\d{4}-.*)?\.jsonl/.exec(basename(content.path))?.[1];
      const run = await resultsBeside(content.path);
      const folder = basename(dirname(content.path));
      const model = textOf(at(run, "model_name")) ?? (folder === "." || folder === "" ? undefined : folder);
      const filters = new Set(samples.map(({filter}) => filter)).size;
      const skipped = new Set<string>();
      const byDocument = new Map<string, ImportedAnswer>();
      for (const [i, sample] of samples.entries()) {
        if (!isSample(sample)) throw misshapen(content.path, `line ${i + 1}`, "has no `doc_id` and `doc`");
        const row = [task, textOf(sample.doc_id)].filter((part) => part !== undefined).join("/");
        const answer = answerOf(sample, row, model ?? "unknown", {several: filters > 1, skipped, task});
        const known = byDocument.get(row);
        if (known) known.scores.push(...answer.scores);
        else byDocument.set(row, answer);
      }
      files.push(
        fileOf(content, {
          tool: "lm-eval",
          version: textOf(at(run, "lm_eval_version") ?? at(run, "git_hash")),
          title: task,
          answers: [...byDocument.values()],
          notes:
            skipped.size > 0
              ? [`${content.path}: ${[...skipped].join(", ")} left out: smaller is better there.`]
              : []
        })
      );
    }
    return files;
  }
};

function isSample(value: unknown): boolean {
  return isObject(value) && "doc_id" in value && "doc" in value;
}

interface Named {
  several: boolean;
  skipped: Set<string>;
  task: string | undefined;
}

function answerOf(sample: JsonObject, row: string, candidate: string, named: Named): ImportedAnswer {
  const listed = Array.isArray(sample.metrics) ? sample.metrics.map(String) : Object.keys(sample);
  const scores = listed.flatMap((name) => {
    const value =
      numberOf(sample[name]) ?? (typeof sample[name] === "boolean" ? Number(sample[name]) : undefined);
    if (RESERVED.has(name) || value === undefined) return [];
    if (COSTS.test(name)) {
      named.skipped.add(name);
      return [];
    }
    return [{scorer: named.several ? `${name},${textOf(sample.filter)}` : name, value}];
  });
  return {
    row,
    candidate,
    output: textOf(firstOf(firstOf(sample.filtered_resps)) ?? firstOf(sample.filtered_resps)),
    scores,
    input: askedText(at(firstArgument(sample.arguments), "arg_0") ?? firstOf(firstOf(sample.arguments))),
    expected: sample.target,
    slices: named.task === undefined ? slicesOf(sample.doc) : {...slicesOf(sample.doc), task: named.task},
    model: candidate
  };
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? (value as unknown[])[0] : typeof value === "string" ? value : undefined;
}

/** Newer versions write `{"gen_args_0": {"arg_0": …}}`, older ones a list of lists. */
function firstArgument(value: unknown): unknown {
  return isObject(value) ? value.gen_args_0 : undefined;
}

/** The harness writes what it ran beside the samples; of several the one of the samples' own date, else the last. */
async function resultsBeside(path: string): Promise<unknown> {
  const folder = dirname(path);
  const date = /_(\d{4}-[^/]*)\.jsonl/.exec(basename(path))?.[1];
  const names = (await readdir(folder).catch(() => [] as string[]))
    .filter((name) => /^results.*\.json$/.test(name))
    .sort();
  const name = names.find((one) => date !== undefined && one.includes(date)) ?? names.at(-1);
  if (name === undefined) return undefined;
  try {
    return JSON.parse(await readFile(join(folder, name), "utf8")) as unknown;
  } catch {
    // It only names the model: the samples are whole without it.
    return undefined;
  }
}
