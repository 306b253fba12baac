import {type InstructionArguments, InstructionError} from "./types.js";

export function numberArgument(given: InstructionArguments, name: string): number {
  const value = given[name];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new InstructionError(`argument ${name} is missing or no number`);
}

export function textArgument(given: InstructionArguments, name: string): string {
  const value = given[name];
  if (typeof value === "string" && value.trim() !== "") return value.trim();
  throw new InstructionError(`argument ${name} is missing or no text`);
}

export function listArgument(given: InstructionArguments, name: string): string[] {
  const value = given[name];
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string"))
    return value;
  throw new InstructionError(`argument ${name} is missing or no list of texts`);
}

/** "less than" or "at least", the two relations the dataset uses. */
export function holdsRelation(
  count: number,
  given: InstructionArguments,
  relation: string,
  threshold: string
): boolean {
  const limit = numberArgument(given, threshold);
  if (given[relation] === "less than") return count < limit;
  if (given[relation] === "at least") return count >= limit;
  throw new InstructionError(`argument ${relation} is neither "less than" nor "at least"`);
}
