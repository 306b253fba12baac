import {UserError} from "../../../base/validation/errors.js";

/** Something wrong with a recipe, with the line of the YAML it stands on where there is one. */
export interface Problem {
  line?: number;
  message: string;
}

/** Runs `work`, whose problems with a recipe are told with its file. */
export async function inFile<T>(file: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof RecipeError && file !== undefined ? new RecipeError(error.problems, file) : error;
  }
}

/** A list of a hundred thousand wrong entries fills no terminal. */
const MOST_TOLD = 40;

/** All problems of a recipe at once, of very many the first. */
export class RecipeError extends UserError {
  constructor(
    readonly problems: readonly Problem[],
    readonly file = "The recipe"
  ) {
    const lines = problems
      .slice(0, MOST_TOLD)
      .map(({line, message}) => `${file}${line === undefined ? "" : ` line ${line}`}: ${message}`);
    if (problems.length > MOST_TOLD) lines.push(`${problems.length - MOST_TOLD} more like these.`);
    super(lines.join("\n"));
  }
}
