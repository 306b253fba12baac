import {availableParallelism} from "node:os";
import type {Row, ScoreInput, Scorer, ScoreResult} from "../types.js";
import {
  checkOptions,
  eitherOption,
  func,
  numberOption,
  oneOfOption,
  required,
  text
} from "../scorerOptions.js";
import {withSettings} from "../scorerVersion.js";
import {chooseSandbox} from "./chooseSandbox.js";
import {type CodeLanguage, fencedCode} from "./fencedCode.js";
import {programOf} from "./program.js";
import {runProgram} from "./runProgram.js";
import {turns} from "./turns.js";

export interface CodeExecutionOptions {
  language: CodeLanguage;
  /** The tests of a row as code, put behind the model's: a column's name, or a function. */
  tests: string | ((row: Row) => string);
  /** Wall-clock milliseconds for code and tests. Default 10,000. */
  timeoutMs?: number;
  /** Mebibytes of memory beside the interpreter's own. Default 256. */
  memoryMb?: number;
  /** Bytes on standard output and error together. Default 1,000,000. */
  maxOutputBytes?: number;
}

// A time limit is for one program that has a core, not for a hundred that share two.
const turn = turns(availableParallelism());

/**
 * 1 when the code in the answer passes the row's tests: it runs them to the last line and exits with 0; else 0. Details
 * {end, exit, stderr, ms, sandbox}: end is "passed", "failed", "time limit", "output limit" or "no code". The code runs
 * without network, files, further processes or environment (docs/evals.md), and only in a run that allows it. A row
 * without tests, and a sandbox that fails, is a failure, not a zero.
 *
 * @example `(({value, details: {end, exit}}) => ({value, end, exit}))(await codeExecution({language: "javascript", tests: "test"})({output: "const add = (a, b) => a - b;", row: {id: "1", test: "if (add(1, 2) !== 3) throw new Error();"}}))` gives `{value: 0, end: "failed", exit: 1}`
 */
export function codeExecution(options: CodeExecutionOptions): Scorer {
  const limit = numberOption({least: 1, whole: true});
  checkOptions<CodeExecutionOptions>("codeExecution", options, {
    language: required(oneOfOption("javascript", "python")),
    tests: required(eitherOption(text, func)),
    timeoutMs: limit,
    memoryMb: limit,
    maxOutputBytes: limit
  });
  const {language, tests, timeoutMs = 10_000, memoryMb = 256, maxOutputBytes = 1_000_000} = options;
  const limits = {timeoutMs, memoryMb, maxOutputBytes};
  const score = async ({output, row, signal}: ScoreInput): Promise<ScoreResult> => {
    const stated = typeof tests === "string" ? row[tests] : tests(row);
    if (typeof stated !== "string" || stated.trim() === "") return {failed: "the row has no tests"};
    const code = fencedCode(output, language);
    if (code === undefined) return {value: 0, details: {end: "no code"}};
    const chosen = await chooseSandbox(language);
    if ("refusal" in chosen) return {failed: chosen.refusal};
    const {sandbox} = chosen;
    const {end, exit, stderr, ms} = await turn(() =>
      runProgram(sandbox, programOf(language, code, stated), limits, signal)
    );
    if (end === "sandbox") return {failed: `the sandbox failed: ${stderr[0] ?? `exit ${exit}`}`};
    return {value: end === "passed" ? 1 : 0, details: {end, exit, stderr, ms, sandbox: sandbox.name}};
  };
  const settings = {language, tests: typeof tests === "string" ? tests : null, ...limits};
  return withSettings(score, settings, {
    module: import.meta.url,
    given: typeof tests === "string" ? [] : [tests],
    executesCode: {
      refusal: async () => {
        const chosen = await chooseSandbox(language);
        return "refusal" in chosen ? chosen.refusal : undefined;
      }
    }
  });
}
