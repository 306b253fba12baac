import {defineEval} from "assay";
import triage from "./inbox-triage.eval.js";

/** The same models on the same mails as inbox-triage, but a model is asked no further once another is surely better. */
export default defineEval({
  ...triage,
  order: 2,
  title: "Inbox triage: the same choice by a race",
  // A copy of another candidate can never be told apart from it.
  candidates: triage.candidates.filter(({name}) => name !== "best over HTTP"),
  race: {errorRate: 0.05},
  gate: []
});
