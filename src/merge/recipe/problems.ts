import {UserError} from "../../store/errors.js";

/** Something wrong with a recipe, with the line of the YAML it stands on where there is one. */
export interface Problem {
  line?: number;
  message: string;
}

/** All problems of a recipe at once. */
export class RecipeError extends UserError {
  constructor(
    readonly problems: readonly Problem[],
    readonly file = "The recipe"
  ) {
    super(
      problems
        .map(({line, message}) => `${file}${line === undefined ? "" : ` line ${line}`}: ${message}`)
        .join("\n")
    );
  }
}
