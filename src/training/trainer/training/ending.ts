import {cp, rm} from "node:fs/promises";
import {join} from "node:path";
import {readCheckpointBefore} from "./checkpointFile.js";
import {divergenceAdvice} from "./divergence.js";
import type {TrainingOutcome, TrainingState} from "./job.js";
import {writeResult} from "./result.js";
import type {TrainingSession} from "./session.js";

/** How a training ended. */
export type TrainingEnding = Pick<TrainingOutcome, "status" | "resultStep" | "advice">;

/** Where the result of a job lies when its training has ended. */
export const resultFolder = (work: string) => join(work, "result");

/** Where the weights of the best validation so far lie. */
export const bestFolder = (work: string) => join(work, "best");

/** The result is the best validated weights from before the loss rose, or else those of the last checkpoint before. */
export async function diverged(
  session: TrainingSession,
  state: TrainingState,
  good: number,
  {found, rows}: {found: string; rows: string}
): Promise<TrainingEnding> {
  const {work, identity, settings} = session.job;
  const result = resultFolder(work);
  await rm(result, {recursive: true, force: true});
  const best = settings.keepLast ? undefined : lowest(state);
  let step: number;
  if (best && best.step <= good) {
    await cp(bestFolder(work), result, {recursive: true});
    step = best.step;
  } else {
    const kept = await readCheckpointBefore(work, identity, session.trainable, good);
    if (kept) await writeResult(session, result);
    step = kept?.step ?? 0;
  }
  const kept =
    step > 0
      ? `The weights of step ${step} are kept in ${result}`
      : "There is no checkpoint from before that";
  return {
    status: "diverged",
    resultStep: step,
    advice: `${found}. ${kept}. ${divergenceAdvice(settings, rows)}.`
  };
}

/** The best validated weights are the result; without validation, or when they are to be kept, the last ones. */
export async function finish(
  session: TrainingSession,
  state: TrainingState,
  status: "finished" | "early"
): Promise<TrainingEnding> {
  const {work, settings} = session.job;
  const result = resultFolder(work);
  await rm(result, {recursive: true, force: true});
  const chosen = settings.keepLast ? undefined : lowest(state);
  if (chosen && chosen.step !== state.step) {
    await cp(bestFolder(work), result, {recursive: true});
    return {status, resultStep: chosen.step};
  }
  await writeResult(session, result);
  return {status, resultStep: state.step};
}

/** The validation with the lowest loss. */
export function lowest({validations}: TrainingState) {
  return validations.reduce<(typeof validations)[number] | undefined>(
    (best, one) => (best === undefined || one.loss < best.loss ? one : best),
    undefined
  );
}

/** Whether validation has not improved for `patience` times. */
export function impatient(state: TrainingState, patience: number | undefined): boolean {
  if (patience === undefined) return false;
  return state.validations.length - 1 - state.validations.indexOf(lowest(state)!) >= patience;
}
