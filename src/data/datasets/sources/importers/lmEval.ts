import {readObjects, textOf, wrongShape} from "./json.js";
import {lmEvalResults, lmEvalRowModel} from "./lmEvalResults.js";
import {lmEvalInput, lmEvalOutput, lmEvalTarget, lmEvalTask} from "./lmEvalSample.js";
import {FORMER_ID} from "../types.js";
import type {Importer} from "./types.js";

const RESERVED = ["doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"];

/** Samples that lm-evaluation-harness logs with `--log_samples`: one row for each document and filter. */
export const lmEval: Importer = async function* (file, db, name) {
  const task = lmEvalTask(file);
  const model = lmEvalRowModel(await lmEvalResults(file), name);
  for await (const sample of readObjects(file, db)) {
    if (!("doc_id" in sample) || !("doc" in sample))
      throw wrongShape(file, "a samples file of lm-evaluation-harness with `doc_id` and `doc` in every line");
    const metrics = Array.isArray(sample.metrics)
      ? sample.metrics.map(String)
      : Object.keys(sample).filter(
          (metric) => !RESERVED.includes(metric) && typeof sample[metric] === "number"
        );
    const former = [task, sample.filter, sample.doc_id].filter((part) => part !== undefined).join("/");
    yield {
      id: model === undefined ? former : `${model}/${former}`,
      [FORMER_ID]: former,
      model,
      task,
      doc: textOf(sample.doc),
      input: textOf(lmEvalInput(sample)),
      target: textOf(lmEvalTarget(sample)),
      output: lmEvalOutput(sample),
      filter: sample.filter,
      scores: metrics
        .filter((metric) => typeof sample[metric] === "number")
        .map((metric) => ({scorer: metric, value: sample[metric]}))
    };
  }
};
