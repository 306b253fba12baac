import {isObject, objectsOf, readDocument, textOf, wrongShape} from "./json.js";
import {promptText} from "./messages.js";
import {type Importer} from "./types.js";

/** A sample's score as Inspect keeps it: "C" correct, "P" partially, "I" incorrect, "N" no answer, or a number. */
export function inspectValue(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  return {C: 1, P: 0.5, I: 0, N: 0}[String(value)];
}

/** Samples of an Inspect JSON log: one row for each sample and epoch, its scores by scorer in `scores`. */
export const inspect: Importer = async function* (file) {
  const log = await readDocument(file);
  if (!isObject(log) || !isObject(log.eval) || !Array.isArray(log.samples))
    throw wrongShape(file, "an Inspect log in JSON with `eval` and `samples`");
  const {task, model, run_id} = log.eval;
  for (const sample of objectsOf(log.samples)) {
    const scores = isObject(sample.scores) ? sample.scores : {};
    const choices = objectsOf(isObject(sample.output) ? sample.output.choices : undefined);
    const message = choices[0]?.message;
    yield {
      id: `${textOf(run_id)}/${textOf(sample.id)}/${textOf(sample.epoch) ?? "1"}`,
      task,
      model,
      sample: textOf(sample.id),
      epoch: sample.epoch,
      input: promptText(sample.input),
      target: Array.isArray(sample.target) ? sample.target.map(textOf).join("\n") : textOf(sample.target),
      output: isObject(message) ? promptText([message]) : undefined,
      scores: Object.entries(scores).map(([scorer, score]) => ({
        scorer,
        value: isObject(score) ? inspectValue(score.value) : undefined,
        answer: isObject(score) ? textOf(score.answer) : undefined
      })),
      error: isObject(sample.error) ? textOf(sample.error.message) : undefined
    };
  }
};
