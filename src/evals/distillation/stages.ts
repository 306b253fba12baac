import {answersOf} from "../../data/datasets/index.js";
import {UserError} from "../../base/validation/index.js";
import {sha256} from "../../base/system/index.js";
import type {ModelInUse} from "../../base/store/index.js";
import type {Subset} from "../../training/finetunes/index.js";
import type {Candidate, EvalDefinition} from "../runner/define.js";
import type {NamedEval} from "../runner/index.js";
import type {DistillationDefinition} from "./define.js";

/** The evals that a distillation is made of, in the order in which they run. */
export interface DistillationStages {
  /** The teacher on the parts that are learned from. */
  answers: NamedEval[];
  /** Teacher and students on the test part. */
  judged: NamedEval;
  /** Students that learned fewer rows, on the same rows; absent where none of them can. */
  curve?: NamedEval;
  teacher: string;
  students: string[];
  partial: {candidate: string; student: string; share: number}[];
  /** The teacher and the model in use on the test part, before anything is trained; absent when none is in use. */
  check?: NamedEval;
  /** The candidate that is the model in use, in `check` and in `judged`. */
  inUse?: string;
}

/** The names under which a distillation's runs stand in the store. */
export const answersEval = (name: string) => `${name}-answers`;
export const judgedEval = (name: string) => `${name}-distillation`;
const curveEval = (name: string) => `${name}-curve`;
const checkEval = (name: string) => `${name}-check`;

/** The name by which the store has the model in use, whichever it is. */
export const nameInUse = (name: string) => `${name}-in-use`;

/**
 * Throws a UserError where the definition and its eval do not go together.
 * @param parts those that are learned from: students that check themselves do so on the validation part
 * @param used the model in use, which is judged beside the students
 */
export function stagesOf(
  {name, definition}: {name: string; definition: DistillationDefinition},
  asked: NamedEval,
  parts: readonly ("train" | "validation")[],
  used?: ModelInUse
): DistillationStages {
  const {curve = [0.25, 0.5]} = definition;
  const base = judgingEval(definition, asked);
  const teacher = teacherOf(definition, asked);
  const answers = answersOf(answersEval(name), {...definition.answers, candidates: teacher.name});
  const students = definition.students(answers);
  assertApart(name, teacher, students);
  const partial = curve.flatMap((share) =>
    definition.students(answers, shareOfRows(share)).map((one) => ({
      student: one.name,
      share,
      own: {...one, name: `${one.name}, ${Math.round(100 * share)}% of the rows`, baseline: false}
    }))
  );
  const inUse = used && studentInUse(students, used);
  const judges = {...teacher, baseline: true};
  const stage = (
    own: string,
    part: EvalDefinition["part"],
    candidates: Candidate[],
    what: string
  ): NamedEval => ({
    ...asked,
    name: own,
    definition: {
      ...base,
      name: own,
      part,
      candidates,
      title: `${what}: ${base.title ?? asked.name}`,
      // They learn what the runs before them answer: nothing is made ahead.
      race: undefined,
      gate: undefined
    }
  });
  return {
    answers: parts.map((part) => stage(answersEval(name), part, [judges], "Answers to learn")),
    judged: stage(
      judgedEval(name),
      "test",
      [
        judges,
        ...[...students, ...(inUse ? [inUse] : [])].map((one) => ({...one, baseline: false, apart: false}))
      ],
      "Distillation"
    ),
    check: inUse && stage(checkEval(name), "test", [judges, inUse], "Model in use"),
    inUse: inUse?.name,
    curve:
      partial.length === 0
        ? undefined
        : stage(
            curveEval(name),
            "test",
            [
              ...students.map((one) => ({...one, baseline: false, apart: false})),
              ...partial.map(({own}) => ({...own, apart: false}))
            ],
            "Score against rows"
          ),
    teacher: teacher.name,
    students: students.map((one) => one.name),
    partial: partial.map(({own, student, share}) => ({candidate: own.name, student, share}))
  };
}

/** The eval that judges, on the split that is meant. */
export function judgingEval(
  {split: wanted}: DistillationDefinition,
  {name, definition}: NamedEval
): EvalDefinition {
  if (definition.source)
    throw new UserError(
      `eval ${name} has its scores from files, and asks no model: nothing can be distilled.`
    );
  const splits = [definition.split].flat();
  const split =
    wanted === undefined ? splits[0] : splits.find((one) => (one.name ?? one.strategy) === wanted);
  if (!split)
    throw new UserError(
      `eval ${name} has no split ${JSON.stringify(wanted)}. It has ${splits.map((one) => one.name ?? one.strategy).join(", ")}.`
    );
  return {...definition, split};
}

/** A student with the model in use, as one more candidate; undefined where the definition has no such student any more. */
function studentInUse(students: readonly Candidate[], {model, student}: ModelInUse): Candidate | undefined {
  const own = students.find(({name}) => name === student);
  return (
    own && {
      ...own,
      name: `${student} in use`,
      baseline: false,
      apart: false,
      prepare: (context) => own.prepare({...context, instead: model})
    }
  );
}

function teacherOf({teacher}: DistillationDefinition, {name, definition}: NamedEval): Candidate {
  if (typeof teacher !== "string") return teacher;
  const found = definition.candidates.find((one) => one.name === teacher);
  if (found) return found;
  throw new UserError(
    `eval ${name} has no candidate ${JSON.stringify(teacher)}. It has ${definition.candidates.map((one) => one.name).join(", ")}.`
  );
}

function assertApart(name: string, teacher: Candidate, students: readonly Candidate[]): void {
  if (students.length === 0) throw new UserError(`distillation ${name}: \`students\` gives no candidate.`);
  const names = [teacher, ...students].map((one) => one.name);
  const twice = names.find((one, i) => names.indexOf(one) < i);
  if (twice !== undefined)
    throw new UserError(`distillation ${name}: two of teacher and students are called ${twice}.`);
}

/** A share of the rows by the hashes of their ids: the smaller shares are parts of the larger. */
function shareOfRows(share: number): Subset {
  const most = share * 2 ** 32;
  return {
    words: `${Math.round(100 * share)}% of the rows, those with the smallest hashes of their ids`,
    where: ({id}) => parseInt(sha256(id).slice(0, 8), 16) < most
  };
}
