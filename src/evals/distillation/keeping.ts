import {type NoWorse, type ScoreScale, writerOf} from "../decisions/index.js";
import {moveName} from "../../weights/models/index.js";
import {type KeptRecord, type ModelInUse, modelsDir, type Store, writeKept} from "../../base/store/index.js";
import {canonicalJson, hashJson} from "../../base/system/index.js";
import type {NamedDistillation} from "./define.js";
import {nameInUse} from "./stages.js";
import type {LoopState} from "./state.js";
import type {DistillationView} from "./types.js";

/** What is known of the model that was in use, and which one is from now on. */
export interface Keeping extends Pick<KeptRecord, "before" | "judged" | "trained" | "kept"> {
  sentence: string;
}

/** Which model is in use after newly trained students were judged, and why. */
export function keepingOf(
  {students, chosen, inUse, teacher, advice, id, scale}: DistillationView,
  {used, before}: {used: ModelInUse | undefined; before: ModelInUse | undefined}
): Keeping {
  const student = students.find(({name}) => name === chosen);
  const made = student?.modelId === undefined ? undefined : {model: student.modelId, student: student.name};
  const kept = made ?? used;
  const now = inUse && used && judgedText(inUse.judged, {student: used.student, teacher, scale});
  return {
    before,
    judged: inUse && {run: id, ...judgedMembers(inUse.judged)},
    trained: id,
    kept,
    sentence:
      now === undefined
        ? advice.sentence
        : made
          ? `${now}. ${made.student}, trained again, takes its place: ${inUse!.because}.`
          : `${now}. It stays: no student trained again is shown to be ${inUse!.judged.verdict === "inferior" ? "no worse" : "better"}.`
  };
}

/** Leaves out what the record does not hold. */
export function judgedMembers({verdict, rows, difference, low, high}: NoWorse) {
  return {verdict, rows, difference, low, high};
}

const WORDS = {
  "non-inferior": "is no worse than",
  undecided: "is not shown to be no worse than",
  inferior: "is worse than"
};

/** How a model in use does against its teacher. */
export function judgedText(
  {verdict, rows, difference, low, high}: NoWorse,
  {student, teacher, scale}: {student: string; teacher: string; scale: ScoreScale}
): string {
  const {number} = writerOf(scale);
  const found =
    difference === undefined || low === undefined || high === undefined
      ? ""
      : `: ${number(difference)} (${number(low)} to ${number(high)})`;
  return `${student} in use ${WORDS[verdict]} ${teacher}${found} on ${rows} rows`;
}

/**
 * Writes down which model is in use from now on, and gives it the name by which the store finds it. Said again, it changes nothing.
 */
export async function keep(
  store: Store,
  {name, path, sha256}: NamedDistillation,
  {asked, version, last, drift}: LoopState,
  {before, kept, judged, trained, sentence}: Keeping
): Promise<KeptRecord> {
  const record: KeptRecord = {
    kind: "kept",
    schemaVersion: 1,
    id: `${name}-${hashJson([version.id, before?.model ?? null, sha256]).slice(0, 16)}`,
    distillation: name,
    eval: asked.name,
    dataset: version.dataset,
    version: version.id,
    file: {path, sha256},
    at: new Date().toISOString(),
    drift,
    before,
    judged,
    trained,
    outcome: outcomeOf(before, kept),
    kept,
    sentence
  };
  const isSame = last !== undefined && canonicalJson({...last, at: record.at}) === canonicalJson(record);
  if (!isSame) await writeKept(store.workspace, record);
  await nameKept(store, name, kept);
  return isSame ? last : record;
}

function outcomeOf(before: ModelInUse | undefined, kept: ModelInUse | undefined): KeptRecord["outcome"] {
  if (!kept) return "none";
  if (!before) return "first";
  return before.model === kept.model ? "kept" : "replaced";
}

/** Gives the model in use its name, which a stop may have kept from it. */
export async function nameKept(store: Store, name: string, kept: ModelInUse | undefined): Promise<void> {
  if (kept) await moveName(modelsDir(store.workspace), kept.model, nameInUse(name));
}
