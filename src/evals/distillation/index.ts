/**
 * A distillation: students that learn a teacher's answers, and are judged against it. In: a definition and the eval that judges. Out:
 * the evals that it is made of. Running them is the runner's part, their verdict that of report/site.
 */
export {checkDistillation, type Distillation, distillation, type DistillationDefinition} from "./define.js";
export {
  answersEval,
  type DistillationStages,
  judgedEval,
  judgingEval,
  nameInUse,
  stagesOf
} from "./stages.js";
