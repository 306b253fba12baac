import {type KeptRecord, readDistillations, type Store} from "../../base/store/index.js";
import {UserError} from "../../base/validation/index.js";
import {DEFAULT_MARGIN, type NoWorse} from "../decisions/index.js";
import {changedRows} from "./changedRows.js";
import type {NamedDistillation} from "./define.js";
import {distil, type LoopEffects} from "./distil.js";
import {judgedAgainst} from "./judged.js";
import {judgedMembers, judgedText, keep, nameKept} from "./keeping.js";
import {stagesOf} from "./stages.js";
import {type LoopState, whyUnusable} from "./state.js";
import {type TrainingAdvice, worthTraining} from "./worthTraining.js";

/** What became of a distillation's model on the newest version of its data. */
export interface Renewal {
  distillation: string;
  dataset: string;
  /** Id of the newest version. */
  version: string;
  /** "unchanged": it was judged on this version before. "never judged": `assay distil` was not called yet. */
  outcome: KeptRecord["outcome"] | "unchanged" | "never judged";
  /** Whether students were trained again, and why, or why not; absent where nothing was to be decided. */
  training?: TrainingAdvice;
  sentence: string;
  /** The newest record of which model is kept. */
  record?: KeptRecord;
}

/** Whether the model in use is worse than allowed, and nothing takes its place. */
export function staysWorse({record}: {record?: KeptRecord}): boolean {
  return record?.judged?.verdict === "inferior" && record.outcome === "kept";
}

/**
 * On a new version of the data, judges the model in use, trains students where that may pay, and keeps the better one. One that was never
 * judged is judged where `isNewToo`. Throws where a run did not end.
 */
export async function renew(
  store: Store,
  found: NamedDistillation,
  state: LoopState,
  effects: LoopEffects,
  isNewToo = false
): Promise<Renewal> {
  const {last, version} = state;
  const on = {distillation: found.name, dataset: version.dataset, version: version.id};
  if (!last && isNewToo) return {...on, ...(await trainedNow(store, found, state, {effects, because: NEW}))};
  if (!last)
    return {
      ...on,
      outcome: "never judged",
      sentence: `not judged yet. \`assay distil ${found.name}\` asks its teacher and trains.`
    };
  const isChanged = last.file.sha256 !== found.sha256;
  if (!isChanged && last.version === version.id) {
    await nameKept(store, found.name, last.kept);
    return {
      ...on,
      outcome: "unchanged",
      sentence: `nothing new since ${version.id}. ${last.sentence}`,
      record: last
    };
  }
  const gone = await whyUnusable(store, last.kept);
  const checked = gone === undefined ? await check(found, state, effects) : undefined;
  const training =
    gone !== undefined
      ? {worth: true, because: gone}
      : isChanged
        ? {worth: true, because: "its definition changed"}
        : await trainingOf(store, found, state, {checked, effects});
  const {worth, because} = training;
  if (worth) return {...on, ...(await trainedNow(store, found, state, {effects, because}))};
  const record = await keep(store, found, state, {
    before: last.kept,
    kept: last.kept,
    judged: checked && {run: checked.run, ...judgedMembers(checked.judged)},
    sentence: `${checked?.text ?? (last.kept ? `${last.kept.student} in use is no student any more` : "The teacher answers")}. Not trained again: ${because}.`
  });
  return {...on, outcome: record.outcome, training, sentence: record.sentence, record};
}

const NEW = "never judged before";

async function trainedNow(
  store: Store,
  found: NamedDistillation,
  state: LoopState,
  {effects, because}: {effects: LoopEffects; because: string}
): Promise<Pick<Renewal, "outcome" | "training" | "sentence" | "record">> {
  effects.tell(`${found.name}: training: ${because}`);
  const {record} = await distil(store, found, state, effects);
  return {outcome: record.outcome, training: {worth: true, because}, sentence: record.sentence, record};
}

interface Checked {
  run: string;
  judged: NoWorse;
  text: string;
}

/** Asks the teacher and the model in use about the test rows; undefined when none is in use. */
async function check(
  found: NamedDistillation,
  {asked, parts, last}: LoopState,
  {run: runAll, rowsOf}: LoopEffects
): Promise<Checked | undefined> {
  const used = last?.kept;
  if (!used) return undefined;
  const {check: stage, inUse, teacher} = stagesOf(found, asked, parts, used);
  if (!stage || inUse === undefined) return undefined;
  const [run] = await runAll([stage]);
  const answered = run!.candidates.find(({name}) => name === inUse)?.modelId;
  if (answered !== used.model)
    throw new UserError(
      `distillation ${found.name}: its student ${used.student} is another model now, so that ${used.model.slice(0, 12)} in use cannot be judged. \`assay distil ${found.name}\` judges the new one.`
    );
  const rows = await rowsOf(run!, marginOf(found, {asked}));
  const [judged] = judgedAgainst(rows, [inUse], teacher).judged;
  return {
    run: run!.id,
    judged: judged!,
    text: judgedText(judged!, {student: used.student, teacher, scale: rows.scale})
  };
}

const marginOf = (
  {definition}: NamedDistillation,
  {
    asked: {
      definition: {margin = DEFAULT_MARGIN}
    }
  }: Pick<LoopState, "asked">
) => definition.margin ?? margin;

/** Whether training again may pay, by the curve of the last training. */
async function trainingOf(
  store: Store,
  found: NamedDistillation,
  state: LoopState,
  {checked, effects}: {checked: Checked | undefined; effects: LoopEffects}
): Promise<TrainingAdvice> {
  const {trained, drift, last} = state;
  const record = (await readDistillations(store.workspace)).find(({id}) => id === trained?.trained);
  if (!record) return {worth: true, because: "the run of the last training is gone"};
  const view = await effects.viewOf(record);
  const gains = view.students
    .filter(({name}) => last?.kept === undefined || name === last.kept.student)
    .flatMap(({gain}) => gain ?? []);
  const seen = trained?.drift?.reference === drift?.reference ? (trained?.drift?.columns ?? []) : [];
  return worthTraining({
    verdict: checked?.judged.verdict,
    drifted: (drift?.columns ?? []).filter((column) => !seen.includes(column)),
    ...(await changedRows(store, state, trained!.version)),
    gain: gains.sort((a, b) => b.high - a.high)[0],
    margin: marginOf(found, state),
    scale: view.scale
  });
}
