import type {CorpusFigure} from "../../base/stats/index.js";
import {failWhenSlow} from "./boundedMatch.js";
import {instructionChecks} from "./instructions/index.js";
import {loadDetector} from "./instructions/language.js";
import {loadProfiles} from "./instructions/publishedLanguage.js";
import {type InstructionArguments, InstructionError} from "./instructions/types.js";
import {checkOptions, flag, oneOfOption} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {ScoreInput, Scorer, ScoreResult} from "./types.js";

export interface InstructionOptions {
  /**
   * "strict" takes the response as it is. "loose" accepts an instruction that any of eight readings follows: with
   * and without asterisks, first line, last line or both. Default "strict".
   */
  mode?: "strict" | "loose";
  /**
   * Do as the published program does, also where this one departs from it on purpose: languages are those its detector
   * finds, of capitals too, and keywords are regular expressions. Default false.
   */
  compatible?: boolean;
  /** What decides: the share of rows of which every instruction is followed ("prompt", default) or of all "instruction"s. */
  level?: "prompt" | "instruction";
}

/** What a row expects, named as in IFEval's data. */
interface Instructions {
  instruction_id_list: string[];
  kwargs: InstructionArguments[];
}

/**
 * 1 when the output follows every instruction of the row, else 0; details hold each verdict in the row's order.
 * Expected is {instruction_id_list, kwargs} as in IFEval's data. At the level of instructions
 * a row's value is its own share of them, and what decides is the share of all rows' instructions. An unknown instruction or one
 * without its arguments is a failure.
 *
 * @example `await instructionFollowing()({output: "no commas here", expected: {instruction_id_list: ["punctuation:no_comma", "length_constraints:number_words"], kwargs: [{}, {num_words: 5, relation: "at least"}]}})` gives `{value: 0, details: {followed: [true, false]}}`
 */
export function instructionFollowing(options: InstructionOptions = {}): Scorer {
  checkOptions<InstructionOptions>("instructionFollowing", options, {
    mode: oneOfOption("strict", "loose"),
    compatible: flag,
    level: oneOfOption("prompt", "instruction")
  });
  const {mode = "strict", compatible = false, level = "prompt"} = options;
  const score = async ({output, expected}: ScoreInput): Promise<ScoreResult> => {
    await (compatible ? loadProfiles() : loadDetector());
    const problem = checkInstructions(expected);
    if (problem !== undefined || !isInstructions(expected)) return {failed: problem!};
    try {
      const followed = expected.instruction_id_list.map((id, i) =>
        follows(output, id, withoutNulls(expected.kwargs[i]!), {mode, compatible})
      );
      if (level === "prompt") return {value: followed.every(Boolean) ? 1 : 0, details: {followed}};
      return shareOf(followed);
    } catch (error) {
      if (error instanceof InstructionError)
        return {failed: `an instruction cannot be checked: ${error.message}`};
      throw error;
    }
  };
  return withSettings(
    failWhenSlow(score),
    {mode, compatible: compatible && "langdetect", level},
    {
      module: import.meta.url,
      check: checkInstructions,
      corpus: level === "instruction" ? INSTRUCTIONS : undefined,
      bounds: level === "instruction" ? [0, 1] : undefined
    }
  );
}

function shareOf(followed: boolean[]): ScoreResult {
  const right = followed.filter(Boolean).length;
  return {value: right / followed.length, details: {followed, right, instructions: followed.length}};
}

const INSTRUCTIONS: CorpusFigure = {
  figure: "ratio",
  name: "share of instructions followed",
  of: "right",
  over: "instructions"
};

function checkInstructions(expected: unknown): string | undefined {
  if (!isInstructions(expected))
    return "the row's expected value has no instruction_id_list and kwargs of the same length";
  const unknown = expected.instruction_id_list.filter((id) => !Object.hasOwn(instructionChecks, id));
  return unknown.length > 0 ? `unknown instruction ${unknown.join(", ")}` : undefined;
}

function follows(
  output: string,
  id: string,
  given: InstructionArguments,
  {mode, compatible}: Required<Pick<InstructionOptions, "mode" | "compatible">>
): boolean {
  const readings = mode === "loose" ? looseReadings(output) : [output];
  return readings.some(
    (reading) => reading.trim() !== "" && instructionChecks[id]!(reading, given, {compatible, whole: output})
  );
}

function looseReadings(output: string): string[] {
  const lines = output.split("\n");
  const readings = [output, lines.slice(1), lines.slice(0, -1), lines.slice(1, -1)].map((reading) =>
    typeof reading === "string" ? reading : reading.join("\n").trim()
  );
  return [...readings, ...readings.map((reading) => reading.replaceAll("*", ""))];
}

/** Tables fill absent arguments with null. */
function withoutNulls(given: InstructionArguments): InstructionArguments {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

function isInstructions(value: unknown): value is Instructions {
  const {instruction_id_list: ids, kwargs} = (value ?? {}) as Partial<Record<string, unknown>>;
  return (
    Array.isArray(ids) &&
    Array.isArray(kwargs) &&
    ids.length > 0 &&
    ids.length === kwargs.length &&
    ids.every((id) => typeof id === "string") &&
    kwargs.every((given) => typeof given === "object" && given !== null)
  );
}
