import {checkChatExample} from "./checkChatExample.js";
import {refusedByAll} from "./destinations.js";
import {asksSomething, type TrainingExample} from "./trainingExample.js";

/**
 * Why a training set may not hold an example, whoever trains; undefined when it may.
 * @param format of the set; given, it counts too when nobody who takes it would train on the example
 */
export function exampleProblem(example: TrainingExample, format?: string): string | undefined {
  return problemOf(example) ?? (format === undefined ? undefined : refusedByAll(example, format));
}

function problemOf(example: TrainingExample): string | undefined {
  if (example.kind === "chat") {
    const {messages, tools} = example;
    const {problems} = checkChatExample({messages, tools});
    return problems.length > 0 ? problems.map((one) => one.replaceAll("_", " ")).join(", ") : undefined;
  }
  if (!asksSomething(example.prompt)) return "nothing is asked";
  return example.chosen && example.rejected ? undefined : "an answer is missing";
}
