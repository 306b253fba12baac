/** The instruction's own arguments, as the dataset states them. */
export type InstructionArguments = Record<string, unknown>;

export interface InstructionCheckOptions {
  /** What the published program does, where this one deliberately departs from it. */
  compatible: boolean;
  /** The response as it is, where a part of it is looked at: it tells the language of a part too short to tell. */
  whole: string;
}

/** True when the response follows the instruction. Throws `InstructionError` when an argument is missing. */
export type InstructionCheck = (
  response: string,
  given: InstructionArguments,
  options: InstructionCheckOptions
) => boolean;

/** An instruction whose arguments do not say what to check: the row cannot be scored. */
export class InstructionError extends Error {
  override name = "InstructionError";
}
