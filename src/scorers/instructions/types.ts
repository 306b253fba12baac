/** The instruction's own arguments, as the dataset states them. */
export type InstructionArguments = Record<string, unknown>;

/** True when the response follows the instruction. Throws `InstructionError` when an argument is missing. */
export type InstructionCheck = (response: string, given: InstructionArguments) => boolean;

/** An instruction whose arguments do not say what to check: the row cannot be scored. */
export class InstructionError extends Error {
  override name = "InstructionError";
}
