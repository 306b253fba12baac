import {basename} from "node:path";
import {at, isObject, readObjects, textOf, wrongShape} from "./json.js";
import type {Importer} from "./types.js";

const RESERVED = ["doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"];

/** Samples that lm-evaluation-harness logs with `--log_samples`: one row for each document and filter. */
export const lmEval: Importer = async function* (file, db) {
  const task = /^samples_(.+?)(?:_\d{4}-.*)?\.jsonl/.exec(basename(file))?.[1];
  for await (const sample of readObjects(file, db)) {
    if (!("doc_id" in sample) || !("doc" in sample))
      throw wrongShape(file, "a samples file of lm-evaluation-harness with `doc_id` and `doc` in every line");
    const names = Array.isArray(sample.metrics)
      ? sample.metrics.map(String)
      : Object.keys(sample).filter((name) => !RESERVED.includes(name) && typeof sample[name] === "number");
    yield {
      id: [task, sample.filter, sample.doc_id].filter((part) => part !== undefined).join("/"),
      task,
      doc: textOf(sample.doc),
      input: textOf(at(firstArgument(sample.arguments), "arg_0") ?? firstOf(firstOf(sample.arguments))),
      target: textOf(sample.target),
      output: textOf(firstOf(firstOf(sample.filtered_resps)) ?? firstOf(sample.filtered_resps)),
      filter: sample.filter,
      scores: names
        .filter((name) => typeof sample[name] === "number")
        .map((name) => ({scorer: name, value: sample[name]}))
    };
  }
};

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? (value as unknown[])[0] : typeof value === "string" ? value : undefined;
}

/** Newer versions write `{"gen_args_0": {"arg_0": …}}`, older ones a list of lists. */
function firstArgument(value: unknown): unknown {
  return isObject(value) ? value.gen_args_0 : undefined;
}
