/**
 * A distillation: students that learn a teacher's answers, and are judged against it, and which of them is in use from version to version.
 * In: a definition, the eval that judges, and who runs evals and reads their verdicts (`LoopEffects`). Out: the evals that it is made of,
 * who should answer, whether to train again, which model is kept. It calls nobody itself, and prints nothing.
 */
export {adviceOf, byPreference, gainText, paysText} from "./adviceOf.js";
export {
  checkDistillation,
  type Distillation,
  distillation,
  type DistillationDefinition,
  type NamedDistillation
} from "./define.js";
export {distil, type LoopEffects} from "./distil.js";
export {judgedAgainst, type JudgedRows, replacedBy} from "./judged.js";
export {type Renewal, renew, staysWorse} from "./renewal.js";
export {answersEval, judgedEval, judgingEval, nameInUse} from "./stages.js";
export {type LoopState, loopState} from "./state.js";
export type * from "./types.js";
