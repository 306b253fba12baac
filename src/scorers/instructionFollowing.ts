import {failWhenSlow} from "./boundedMatch.js";
import {instructionChecks} from "./instructions/index.js";
import {loadDetector} from "./instructions/language.js";
import {type InstructionArguments, InstructionError} from "./instructions/types.js";
import {checkOptions, flag, oneOf} from "./scorerOptions.js";
import {withSettings} from "./scorerVersion.js";
import type {ScoredRow, Scorer} from "./types.js";

export interface InstructionOptions {
  /**
   * "strict" takes the response as it is. "loose" accepts an instruction that any of eight readings follows: with
   * and without asterisks, first line, last line or both. Default "strict".
   */
  mode?: "strict" | "loose";
  /**
   * Do as the published program does, also where this one departs from it on purpose: capitals are not lower-cased before
   * their language is looked for, any answer of the detector counts, and keywords are regular expressions. Default false.
   */
  compatible?: boolean;
}

/** What a row expects, named as in IFEval's data. */
interface Instructions {
  instruction_id_list: string[];
  kwargs: InstructionArguments[];
}

/**
 * 1 when the output follows every instruction of the row, else 0; details hold each verdict in the row's order.
 * Expected is {instruction_id_list, kwargs} as in IFEval's data. The aggregate is the share of instructions followed.
 * An unknown instruction or one without its arguments is a failure.
 */
export function instructionFollowing(options: InstructionOptions = {}): Scorer {
  checkOptions<InstructionOptions>("instructionFollowing", options, {
    mode: oneOf("strict", "loose"),
    compatible: flag
  });
  const {mode = "strict", compatible = false} = options;
  const score: Scorer = async ({output, expected}) => {
    await loadDetector();
    const problem = checkInstructions(expected);
    if (problem !== undefined || !isInstructions(expected)) return {failed: problem!};
    try {
      const followed = expected.instruction_id_list.map((id, i) =>
        follows(output, id, withoutNulls(expected.kwargs[i]!), {mode, compatible})
      );
      return {value: followed.every(Boolean) ? 1 : 0, details: {followed}};
    } catch (error) {
      if (error instanceof InstructionError)
        return {failed: `an instruction cannot be checked: ${error.message}`};
      throw error;
    }
  };
  return withSettings(
    failWhenSlow(score),
    {mode, compatible},
    {module: import.meta.url, check: checkInstructions, aggregate: shareFollowed}
  );
}

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
  {mode, compatible}: Required<InstructionOptions>
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

function shareFollowed(rows: readonly ScoredRow[]): number | undefined {
  const verdicts = rows.flatMap((row) => row.details?.followed as boolean[]);
  return verdicts.length > 0 ? verdicts.filter(Boolean).length / verdicts.length : undefined;
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
