import type {RunManifest, SplitManifest, Store, VersionManifest} from "../../base/store/index.js";
import type {DryRun} from "./dryRun.js";
import type {PromptPreview} from "./plan/promptPreview.js";
import type {RunOptions} from "./plan/resolve.js";
import type {CreateExecutor} from "./calls/executor.js";
import type {RunProgress} from "./calls/tally.js";

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

export interface RunResult {
  /** The sealed run; absent after a dry run, and when only prompts were shown. */
  manifest?: RunManifest;
  dryRun?: DryRun;
  prompts?: PromptPreview;
  /** True when an earlier sealed run already said all of this, and nothing was written but when it was last asked for. */
  unchanged: boolean;
  /** Calls made by this start, but for those of scorers. */
  calls: number;
  /** Calls that scorers made in this start; absent when nothing was left to do. */
  scorerCalls?: number;
  /** US dollars that this start spent of its budget, calls that may have been billed at the most they cost; absent without a budget. */
  spentUsd?: number;
  /** Why the budget let no more calls be made; absent when it did. */
  budgetStop?: string;
  /** US dollars that this start paid beyond its budget: calls in flight cost more than the most they can. */
  overBudgetUsd?: number;
  /** Attempts of this start that failed, may have been billed, and told no usage: no cost knows of them. */
  uncountedAttempts?: number;
}
