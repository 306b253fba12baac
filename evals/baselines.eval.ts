import {classification, defineEval, majorityClassifier, tfidfLogReg, trained} from "assay";
import mails from "../data-loaders/mails.js";

const columns = {text: "text", label: "queue"};

/** What every model has to beat, and by how much a random split flatters it. */
export default defineEval({
  order: 1,
  title: "Inbox triage: the honest baselines",
  dataset: mails,
  split: [
    {name: "threads", strategy: "group", test: 0.18, validation: 0.1},
    {name: "random", strategy: "random", test: 0.18, validation: 0.1},
    {name: "temporal", strategy: "temporal", test: 0.18, validation: 0.1}
  ],
  candidates: [
    trained("majority", majorityClassifier(columns), {baseline: true}),
    trained("TF-IDF + logistic regression", tfidfLogReg(columns))
  ],
  prompt: "{{text}}",
  expected: "queue",
  scorers: {accuracy: classification()},
  slices: ["queue", "wave"]
});
