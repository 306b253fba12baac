import {readObjects, textOf, wrongShape} from "./json.js";
import {lmEvalInput, lmEvalOutput, lmEvalTarget, lmEvalTask} from "./lmEvalSample.js";
import type {Importer} from "./types.js";

const RESERVED = ["doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"];

/** Samples that lm-evaluation-harness logs with `--log_samples`: one row for each document and filter. */
export const lmEval: Importer = async function* (file, db) {
  const task = lmEvalTask(file);
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
      input: textOf(lmEvalInput(sample)),
      target: textOf(lmEvalTarget(sample)),
      output: lmEvalOutput(sample),
      filter: sample.filter,
      scores: names
        .filter((name) => typeof sample[name] === "number")
        .map((name) => ({scorer: name, value: sample[name]}))
    };
  }
};
