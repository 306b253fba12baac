import {DEFAULT_VOLUME} from "../../base/costs/index.js";
import {
  type DistillationRecord,
  type KeptRecord,
  type ModelInUse,
  type RunManifest,
  type Store,
  writeDistillation
} from "../../base/store/index.js";
import {DEFAULT_MARGIN} from "../decisions/index.js";
import type {NamedEval} from "../runner/index.js";
import type {NamedDistillation} from "./define.js";
import type {JudgedRows} from "./judged.js";
import {keep, keepingOf} from "./keeping.js";
import {type DistillationStages, stagesOf} from "./stages.js";
import {type LoopState, whyUnusable} from "./state.js";
import type {DistillationView} from "./types.js";

/** Who runs evals, and reads what they came to. */
export interface LoopEffects {
  /** The sealed run of each eval, in their order; throws where one did not end. */
  run(stages: readonly NamedEval[]): Promise<RunManifest[]>;
  rowsOf(run: RunManifest, margin: number): Promise<JudgedRows>;
  viewOf(record: DistillationRecord): Promise<DistillationView>;
  tell(text: string): void;
  /** Without the curve. */
  short?: boolean;
}

/** Asks the teacher, trains the students, judges them, and keeps the better model. Throws where a run did not end: nothing is judged then. */
export async function distil(
  store: Store,
  found: NamedDistillation,
  state: LoopState,
  effects: LoopEffects
): Promise<{view: DistillationView; record: KeptRecord}> {
  const {last, version} = state;
  const judge = (before: ModelInUse | undefined) => judged(store, found, state, {before, effects});
  // The same again: as it was judged, beside the model that was in use then.
  const isSame =
    last?.trained !== undefined && last.version === version.id && last.file.sha256 === found.sha256;
  const again = isSame ? await judge(last.before) : undefined;
  const {record, used, before} = again && again.record.id === last?.trained ? again : await judge(last?.kept);
  const view = await effects.viewOf(record);
  const keeping = keepingOf(view, {used, before});
  const kept = keeping.kept?.model;
  await writeDistillation(store.workspace, {...record, kept});
  return {view: {...view, kept}, record: await keep(store, found, state, keeping)};
}

/** Asks, trains and judges beside a model that was in use before, where that can be used. */
async function judged(
  store: Store,
  found: NamedDistillation,
  {asked, parts}: LoopState,
  {before, effects}: {before: ModelInUse | undefined; effects: LoopEffects}
) {
  const used = (await whyUnusable(store, before)) === undefined ? before : undefined;
  const stages = stagesOf(found, asked, parts, used);
  const {answers, judged: judging, curve} = stages;
  const all = [...answers, judging, ...(curve && !effects.short ? [curve] : [])];
  const runs = await effects.run(all);
  const idOf = (one: NamedEval | undefined) => (one ? runs[all.indexOf(one)]?.id : undefined);
  return {record: recordOf(found, asked, stages, idOf), used, before};
}

function recordOf(
  {name, path, sha256, definition}: NamedDistillation,
  asked: NamedEval,
  stages: DistillationStages,
  idOf: (one: NamedEval | undefined) => string | undefined
): DistillationRecord {
  const {margin = asked.definition.margin ?? DEFAULT_MARGIN, maxLoss = margin} = definition;
  const {confidence = 0.95, callsPerMonth = DEFAULT_VOLUME, months = 24, repeatsPerYear = 0} = definition;
  const {students, teacher, partial, inUse} = stages;
  return {
    kind: "distillation",
    schemaVersion: 1,
    id: idOf(stages.judged)!,
    name,
    eval: asked.name,
    file: {path, sha256},
    teacher,
    students,
    margin,
    maxLoss,
    confidence,
    callsPerMonth,
    horizonMonths: months,
    repeatsPerYear,
    usdPerHour: definition.usdPerHour,
    answers: stages.answers.map((one) => idOf(one)!),
    curve: idOf(stages.curve),
    partial,
    inUse
  };
}
