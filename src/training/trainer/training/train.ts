import {availableMemory, type Backend, freeCores, openBackend} from "../../../weights/ggml/index.js";
import {checkGradients} from "../checkGradients.js";
import {writeInitialWeights} from "../initialWeights.js";
import {readModelConfig} from "../model.js";
import {keepCheckpoint, readCheckpoint, writeCheckpoint} from "./checkpointFile.js";
import {LossWatch} from "./divergence.js";
import {bestFolder, diverged, type TrainingEnding, finish, impatient, lowest} from "./ending.js";
import {
  hasReference,
  type TrainingJob,
  type TrainingOutcome,
  type TrainingProgress,
  type TrainingState,
  type TrainingUse
} from "./job.js";
import {largestParts} from "./largest.js";
import {predictMemory, refuseTooLarge} from "./memory.js";
import {writeResult} from "./result.js";
import {TrainingSession} from "./session.js";
import {makeFolder} from "../../../base/system/files.js";

/** The most memory that this process had. */
const peakBytes = () => process.resourceUsage().maxRSS * 1024;

export interface TrainingHooks {
  onProgress?(progress: TrainingProgress): void;
  /** Asked between micro-batches' steps: true ends the training with a checkpoint. */
  stopped?(): boolean;
  /** Awaited between micro-batches, so that messages get their turn. */
  pause?(): Promise<void>;
}

const RECOUNT_MS = 10_000;

/**
 * Trains from the base, or from the job's last checkpoint, to the end. Resuming gives the bytes of a training nothing
 * disturbed. Computes in this process, which a failed assertion of the library ends: call it in a child process.
 */
export async function train(job: TrainingJob, hooks: TrainingHooks = {}): Promise<TrainingOutcome> {
  const {settings} = job;
  const started = performance.now();
  await makeFolder(job.work);
  const backend = await openBackend(settings.threads ?? (await freeCores()));
  checkGradients(backend);
  const predicted = await predict(job, backend);
  const library = {version: backend.ggml.version, features: backend.features, threads: backend.threads};
  const untrained = (status: "checked" | "stopped"): TrainingOutcome => ({
    ...begun(),
    status,
    resultStep: 0,
    memory: {predicted, peak: peakBytes()},
    library
  });
  if (job.checkOnly) return untrained("checked");
  if (!job.force) refuseTooLarge(predicted, availableMemory(), job);
  if (!(await hasWeights(job, hooks))) return untrained("stopped");
  const session = await TrainingSession.open(job, backend);
  try {
    const state = (await readCheckpoint(job.work, job.identity, session.trainable)) ?? begun();
    const used = useSince(state.use, started);
    const pause = recounting(backend, settings, hooks.pause);
    const ended = await run(session, state, {...hooks, pause, used});
    const use = used();
    return {
      ...state,
      ...ended,
      use,
      memory: {predicted, peak: use.peakBytes},
      library: {...library, threads: backend.threads}
    };
  } finally {
    session.free();
    backend.free();
  }
}

class TrainingStopped extends Error {}

/** Draws the weights of a base that has none; false when it was stopped meanwhile. */
async function hasWeights({base, initial}: TrainingJob, {stopped}: TrainingHooks): Promise<boolean> {
  if (!initial) return true;
  const stop = () => {
    if (stopped?.()) throw new TrainingStopped();
  };
  try {
    await writeInitialWeights(base, await readModelConfig(base), initial, stop);
    return true;
  } catch (error) {
    if (error instanceof TrainingStopped) return false;
    throw error;
  }
}

function begun(): TrainingState {
  return {step: 0, curve: [], validations: [], use: {seconds: 0, since: 0, peakBytes: 0}};
}

/**
 * A pause that counts the free cores again now and then, unless the job states its threads: who begins to compute beside a training
 * would make it ten times slower.
 */
function recounting(
  backend: Backend,
  {threads}: TrainingJob["settings"],
  pause = async (): Promise<void> => undefined
): () => Promise<void> {
  if (threads !== undefined) return pause;
  let counted = performance.now();
  return async () => {
    await pause();
    if (performance.now() - counted < RECOUNT_MS) return;
    backend.useThreads(await freeCores());
    counted = performance.now();
  };
}

async function run(
  session: TrainingSession,
  state: TrainingState,
  hooks: TrainingHooks & {used(): TrainingUse}
): Promise<TrainingEnding> {
  const {job, trainable} = session;
  const {settings, work, identity} = job;
  const {stopped = () => false, pause = async () => undefined} = hooks;
  const watch = new LossWatch(settings.steps, state.curve);
  let saved = state.step;
  const save = async () => {
    state.use = hooks.used();
    const hasBest = !settings.keepLast && state.validations.length > 0;
    if (saved > 0 && saved < watch.good && !hasBest) await keepCheckpoint(work);
    await writeCheckpoint(work, identity, trainable, state);
    saved = state.step;
  };
  const pace = new Pace(settings.steps);
  const broken = (found: string, rows: string) => diverged(session, state, watch.good, {found, rows});
  const bestSoFar = () => lowest(state);
  // The process before may have ended between the last checkpoint and the result.
  if (state.validations.at(-1)?.step === state.step && impatient(state, settings.patience))
    return finish(session, state, "early");
  if (state.step === 0 && !job.initial) {
    const before = await session.validate(0, pause);
    if (before && Number.isFinite(before.loss)) state.before = before;
  }
  while (state.step < settings.steps) {
    const record = await session.step(state.step, pause);
    const wrong = watch.look(record);
    if (wrong !== undefined) return broken(wrong, "the rows of the last steps");
    state.step = record.step;
    state.curve.push(record);
    const last = state.step === settings.steps;
    const due = last || (settings.validateEvery !== undefined && state.step % settings.validateEvery === 0);
    const validation = due ? await session.validate(state.step, pause) : undefined;
    if (validation && !Number.isFinite(validation.loss)) {
      const found = `the validation loss of step ${validation.step} is ${validation.loss}`;
      return broken(found, "the validation part's rows");
    }
    if (validation) {
      state.validations.push(validation);
      if (!settings.keepLast && bestSoFar() === validation) await writeResult(session, bestFolder(work));
    }
    hooks.onProgress?.({
      ...pace.at(record),
      validation,
      before: record.step === 1 ? state.before : undefined
    });
    if (validation && impatient(state, settings.patience)) {
      await save();
      return finish(session, state, "early");
    }
    if (last || stopped() || state.step % job.checkpointEvery === 0) await save();
    if (!last && stopped()) return {status: "stopped", resultStep: state.step};
    await pause();
  }
  return finish(session, state, "finished");
}

/** What the largest steps will take in memory. */
async function predict(job: TrainingJob, backend: Backend): Promise<number> {
  const config = await readModelConfig(job.base);
  const parts = (lanes: number) => largestParts(job, config, lanes);
  return predictMemory(backend, config, job.settings, parts, {
    checkpointing: job.checkpointing,
    reference: hasReference(job.data)
  });
}

/** Speed and time left, from the steps of this process. */
class Pace {
  private readonly started = performance.now();
  private tokens = 0;
  private done = 0;

  constructor(private readonly steps: number) {}

  at({step, loss, tokens}: TrainingState["curve"][number]): TrainingProgress {
    this.tokens += tokens;
    this.done++;
    const seconds = (performance.now() - this.started) / 1000;
    return {
      step,
      steps: this.steps,
      loss,
      tokensPerSecond: this.tokens / seconds,
      secondsLeft: (seconds / this.done) * (this.steps - step)
    };
  }
}

/**
 * Gives what a training has used at any moment: what processes before this one did, and this one.
 * @param started when this process began with it, by `performance.now()`
 */
function useSince({seconds, since, peakBytes: before}: TrainingUse, started: number): () => TrainingUse {
  return () => ({
    seconds: seconds + Math.round(performance.now() - started) / 1000,
    since,
    peakBytes: Math.max(before, peakBytes())
  });
}
