import {stagesOf} from "../../../evals/distillation/index.js";
import {DEFAULT_MARGIN, type NoWorse, type ScoreScale} from "../../../evals/decisions/index.js";
import {distillationView} from "../../../report/site/index.js";
import {judgedInUse} from "../../../report/site/distillation/judgedRows.js";
import {worthTraining} from "../../../report/site/distillation/worthTraining.js";
import {
  hasRows,
  type KeptRecord,
  openParts,
  readDistillations,
  readVersion,
  type Store,
  versionRows
} from "../../../base/store/index.js";
import {UserError} from "../../../base/validation/index.js";
import type {NamedDistillation} from "../../project/trainings.js";
import {notedOnce} from "../../terminal/terminal.js";
import {distil, type DistilInputs, runStages} from "./distil.js";
import {type DistilData, distilData, whyUnusable} from "./distilData.js";
import {judgedMembers, judgedText, keep, nameKept} from "./keep.js";

/** What became of a distillation's model, in one line. */
export interface Renewal {
  distillation: string;
  /** "unchanged": it was judged on this version before. "never judged": `assay distil` was not called yet. */
  outcome: KeptRecord["outcome"] | "unchanged" | "never judged";
  sentence: string;
  /** The newest record of which model is kept. */
  record?: KeptRecord;
}

/**
 * On a new version of the data, judges the model in use, trains students where that may pay, and keeps the better one. It trains nothing
 * that nobody has asked for before, and throws where a run did not end.
 */
export async function renew(store: Store, found: NamedDistillation, inputs: DistilInputs): Promise<Renewal> {
  const {name: distillation, sha256} = found;
  const tell = notedOnce();
  const data = await distilData(store, found, inputs, tell);
  const {last, version} = data;
  if (!last)
    return {
      distillation,
      outcome: "never judged",
      sentence: `not judged yet. \`assay distil ${distillation}\` asks its teacher and trains.`
    };
  const isChanged = last.file.sha256 !== sha256;
  if (!isChanged && last.version === version.id) {
    await nameKept(store, distillation, last.kept);
    return {
      distillation,
      outcome: "unchanged",
      sentence: `nothing new since ${version.id}. ${last.sentence}`,
      record: last
    };
  }
  const gone = await whyUnusable(store, last.kept);
  const checked = gone === undefined ? await check(store, found, data, {...inputs, tell}) : undefined;
  const {worth, because} =
    gone !== undefined
      ? {worth: true, because: gone}
      : isChanged
        ? {worth: true, because: "its definition changed"}
        : await reasonsOf(store, found, data, checked);
  if (worth) {
    tell(`${distillation}: training again: ${because}`);
    const {record} = await distil(store, found, inputs);
    return {distillation, outcome: record.outcome, sentence: record.sentence, record};
  }
  const record = await keep(store, found, data, {
    before: last.kept,
    kept: last.kept,
    judged: checked && {run: checked.run, ...judgedMembers(checked.judged)},
    sentence: `${checked?.text ?? (last.kept ? `${last.kept.student} in use is no student any more` : "The teacher answers")}. Not trained again: ${because}.`
  });
  return {distillation, outcome: record.outcome, sentence: record.sentence, record};
}

interface Checked {
  run: string;
  judged: NoWorse;
  scale: ScoreScale;
  text: string;
}

/** Asks the teacher and the model in use about the test rows; undefined when none is in use. */
async function check(
  store: Store,
  found: NamedDistillation,
  {asked, parts, last}: DistilData,
  inputs: DistilInputs & {tell: (text: string) => void}
): Promise<Checked | undefined> {
  const used = last?.kept;
  if (!used) return undefined;
  const {check: stage, inUse, teacher} = stagesOf(found, asked, parts, used);
  if (!stage || inUse === undefined) return undefined;
  const [outcome] = await runStages(store, [stage], inputs);
  const run = outcome!.result.manifest!;
  const answered = run.candidates.find(({name}) => name === inUse)?.modelId;
  if (answered !== used.model)
    throw new UserError(
      `distillation ${found.name}: its student ${used.student} is another model now, so that ${used.model.slice(0, 12)} in use cannot be judged. \`assay distil ${found.name}\` judges the new one.`
    );
  const margin = marginOf(found, asked);
  const {judged, scale} = await judgedInUse(store, run, {teacher, inUse, margin});
  return {run: run.id, judged, scale, text: judgedText(judged, {student: used.student, teacher, scale})};
}

const marginOf = (
  {definition}: NamedDistillation,
  {definition: {margin = DEFAULT_MARGIN}}: DistilData["asked"]
) => definition.margin ?? margin;

/** Whether training again may pay, by the curve of the last training. */
async function reasonsOf(
  store: Store,
  found: NamedDistillation,
  data: DistilData,
  checked: Checked | undefined
): Promise<{worth: boolean; because: string}> {
  const {trained, drift, asked, last} = data;
  const record = (await readDistillations(store.workspace)).find(({id}) => id === trained?.trained);
  if (!record) return {worth: true, because: "the run of the last training is gone"};
  const view = await distillationView(store, record);
  const gains = view.students
    .filter(({name}) => last?.kept === undefined || name === last.kept.student)
    .flatMap(({gain}) => gain ?? []);
  const seen = trained?.drift?.reference === drift?.reference ? (trained?.drift?.columns ?? []) : [];
  return worthTraining({
    verdict: checked?.judged.verdict,
    drifted: (drift?.columns ?? []).filter((column) => !seen.includes(column)),
    ...(await changedRows(store, data, trained!.version)),
    gain: gains.sort((a, b) => b.high - a.high)[0],
    margin: marginOf(found, asked),
    scale: view.scale
  });
}

/** Rows to learn that a version before did not have, or had with other values, and rows that are gone; all are new where it is gone. */
async function changedRows(
  store: Store,
  {version, split, parts}: DistilData,
  before: string
): Promise<{newRows: number; goneRows: number}> {
  const {workspace} = store;
  const older = await readVersion(workspace, {dataset: version.dataset, id: before});
  const isHere = older !== undefined && (await hasRows(workspace, older));
  const ids = (relation: string) => `(select row_id, row_hash from ${relation})`;
  const now = ids(await versionRows(workspace, version));
  const then = isHere ? ids(await versionRows(workspace, older)) : `(select * from ${now} limit 0)`;
  const learned = `select row_id from (${await openParts(workspace, split)}) where part in (${parts.map((part) => `'${part}'`).join(", ")})`;
  const [found] = await store.rows<{newRows: number; goneRows: number}>(
    `select
       (select count(*)::double from ${now} semi join (${learned}) using (row_id) anti join ${then} using (row_id, row_hash)) as "newRows",
       (select count(*)::double from ${then} anti join ${now} using (row_id, row_hash)) as "goneRows"`
  );
  return found!;
}
