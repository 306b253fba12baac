export {type AnswerSigns, confidenceOf, type Signal, SIGNALS} from "./confidence.js";
export {type CascadeStage, servedBy} from "./stages.js";
export {
  type CascadeOptions,
  type CascadePlan,
  cascadeReport,
  type CascadeReport,
  type CascadeStep,
  chooseThresholds,
  meanUsd
} from "./chooseThresholds.js";
export {pairedLossPValue} from "./pairedLoss.js";
export {riskPValue} from "./riskTest.js";
