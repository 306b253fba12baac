import {checkChatExample} from "./checkChatExample.js";
import {asksSomething, type TrainingExample} from "./trainingExample.js";

/** Why a training set may not hold an example, whoever trains; undefined when it may. */
export function exampleProblem(example: TrainingExample): string | undefined {
  if (example.kind === "chat") {
    const {messages, tools} = example;
    const {problems} = checkChatExample({messages, tools});
    return problems.length > 0 ? problems.map((one) => one.replaceAll("_", " ")).join(", ") : undefined;
  }
  if (!asksSomething(example.prompt)) return "nothing is asked";
  return example.chosen && example.rejected ? undefined : "an answer is missing";
}
