import {classification, defineEval, majorityClassifier, tfidfLogReg, trained} from "assay";
import tickets from "../data-loaders/tickets.js";

const columns = {text: "text", label: "queue"};

export default defineEval({
  title: "Which model should route our tickets?",
  dataset: tickets,
  // Tickets of one customer stay on one side, so that the score is not flattered by repeats.
  split: {name: "customers", strategy: "group", test: 0.3, validation: 0.1},
  candidates: [
    trained("majority", majorityClassifier(columns), {baseline: true}),
    trained("TF-IDF + logistic regression", tfidfLogReg(columns))
    // A hosted or self-hosted model is one more line (import {candidate, openAICompatible} from "assay"):
    // candidate("local model", openAICompatible({name: "vllm", baseUrl: "http://127.0.0.1:8000/v1", hosting: "on-prem", trust: "internal"}), "my-model")
  ],
  prompt: "{{text}}",
  expected: "queue",
  scorers: {accuracy: classification()},
  slices: ["queue"],
  margin: 0.02,
  gate: [{minScore: 0.6, maxFailureShare: 0.01}]
});
