import {runCommand, type RunOptions} from "../../../evals/runner/index.js";
import {shellWord, withoutCredentials} from "../../../base/validation/index.js";

/** What a run was started with. */
export interface RunCommandOptions extends RunOptions {
  race?: boolean;
  errorRate?: number;
  budgetCalls?: number;
  /** The queue's address, or true for what ASSAY_QUEUE says. */
  queue?: string | true;
}

/** The command that asks again for what failed, bounded as the run was and by the same workers. */
export function askAgainCommand(name: string, asked: RunCommandOptions): string {
  const {budgetUsd, budgetCalls, errorRate, concurrency, giveUpAfterSeconds, queue} = asked;
  const words = [runCommand(name, asked)];
  const add = (flag: string, value: number | undefined) => {
    if (value !== undefined) words.push(flag, String(value));
  };
  add("--budget-usd", budgetUsd);
  add("--budget-calls", budgetCalls);
  add("--error-rate", errorRate);
  add("-j", concurrency);
  add("--give-up-after", giveUpAfterSeconds);
  if (queue !== undefined) words.push("--queue");
  if (typeof queue === "string") words.push(shellWord(withoutCredentials(queue)));
  if (asked.allowCodeExecution) words.push("--allow-code-execution");
  return [...words, "--retry-failed"].join(" ");
}
