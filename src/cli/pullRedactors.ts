import {type DatasetDefinition, type Redactor} from "../datasets/index.js";
import {pullRedactor} from "../privacy/index.js";
import {messageOf, UserError} from "../store/index.js";

/**
 * What pulls of these datasets do about personal data, by name. The rules of all of them are checked before the first
 * is pulled: every problem is named at once.
 */
export function pullRedactors(datasets: Iterable<DatasetDefinition>): Map<string, Redactor | undefined> {
  const redactors = new Map<string, Redactor | undefined>();
  const problems: string[] = [];
  for (const dataset of datasets)
    try {
      redactors.set(dataset.name, pullRedactor(dataset));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(messageOf(error));
    }
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return redactors;
}
