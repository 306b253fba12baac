import {UserError} from "../../base/validation/index.js";

/** What is wrong with files or options, gathered so that it is said at once. */
export class ProblemList {
  readonly #found: string[] = [];

  get isNone(): boolean {
    return this.#found.length === 0;
  }

  add(problem: string): void {
    if (!this.#found.includes(problem)) this.#found.push(problem);
  }

  /** What `work` gives; undefined where it throws a UserError, which is one problem more. */
  async of<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.add(error.message);
      return undefined;
    }
  }

  /** Throws one UserError with a line for each problem. */
  assertNone(): void {
    if (this.#found.length > 0) throw new UserError(this.#found.join("\n"));
  }
}
