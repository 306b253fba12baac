import type {Candidate} from "../../evals/runner/index.js";
import {UserError} from "../../base/validation/index.js";
import {loadEvals, type NamedEval} from "./project.js";

/** `EVAL` or `EVAL:CANDIDATE` as a command takes them. */
export function splitTarget(target: string): {evalName: string; wanted?: string} {
  const colon = target.indexOf(":");
  return colon < 0 ? {evalName: target} : {evalName: target.slice(0, colon), wanted: target.slice(colon + 1)};
}

/** The eval of that name. Throws UserError when it is broken, is not there, or only takes other tools' scores. */
export async function evalNamed(project: string, name: string): Promise<NamedEval> {
  const {evals, broken} = await loadEvals(project, [name]);
  const one = evals[0];
  if (!one) throw new UserError(broken.map(({message}) => message).join("\n"));
  if (one.definition.source)
    throw new UserError(`${one.name} takes its scores from files: it has no prompts to send.`);
  return one;
}

/** The candidate of that name; without a name the only one. Throws UserError that lists all others. */
export function candidateNamed(
  {name: evalName, definition}: NamedEval,
  wanted: string | undefined
): Candidate {
  const {candidates} = definition;
  const found = wanted === undefined ? candidates : candidates.filter(({name}) => name === wanted);
  if (found.length === 1) return found[0]!;
  throw new UserError(
    `${wanted === undefined ? "say which candidate" : `${evalName} has no candidate ${JSON.stringify(wanted)}`}: ${candidates.map(({name}) => `${evalName}:${name}`).join(", ")}.`
  );
}
