import type {TrainingJob, TrainingOutcome, TrainingProgress} from "./job.js";

/** What a training's process is told. */
export type ToTraining = {type: "train"; job: TrainingJob} | {type: "stop"};

/** What it tells. */
export type FromTraining =
  | {type: "progress"; progress: TrainingProgress}
  | {type: "ended"; outcome: TrainingOutcome}
  | {type: "failed"; message: string; forUser: boolean};
