import type {SplitManifest, Store, VersionManifest} from "../../base/store/index.js";
import type {CommandBudget} from "./calls/commandBudget.js";
import type {CreateExecutor} from "./calls/executor.js";
import type {RunProgress} from "./calls/tally.js";
import type {EvalDefinition} from "./define.js";
import type {ResolvedEval, RunOptions} from "./plan/resolve.js";

/** The outside world of a run. */
export interface RunEffects {
  /** Wall clock in milliseconds since 1970. */
  now(): number;
  /** Called about five times a second while calls are made, and at each change of phase. */
  onProgress?(progress: RunProgress): void;
  onMessage?(message: string): void;
  /** Masks personal data in the excerpts that pages show; without it there are none for `publish: "masked"`. */
  maskExcerpt?(text: string, maxChars: number): string;
}

export interface RunInputs {
  store: Store;
  evalName: string;
  /** The eval's file, for the manifest: absolute, or relative to the project. */
  evalFile?: string;
  version: VersionManifest;
  split: SplitManifest;
  options?: RunOptions;
  /** What this start shares with others of its command; one of its own when absent. */
  budget?: CommandBudget;
  effects?: Partial<RunEffects>;
  /** Drains: no new calls, those in flight are waited for, and what there is is sealed as a partial run. */
  signal?: AbortSignal;
  /** Stops the calls in flight too. */
  abortSignal?: AbortSignal;
  /** Who makes the calls; this process when absent. */
  createExecutor?: CreateExecutor;
  /** True when the opening of a held-out part is noted already: for the later rounds of a race. */
  opened?: boolean;
}

/** An eval to run: its definition, what was asked for, and what follows from both. */
export interface EvalTask {
  definition: EvalDefinition;
  inputs: RunInputs;
  resolved: ResolvedEval;
  effects: RunEffects;
}
