import {cascade, classification, defineEval, staticEmbedding, tfidfLogReg, trained} from "assay";
import mails from "../data-loaders/mails.js";
import {rented} from "../hostings.js";

const columns = {text: "text", label: "queue"};
const base = staticEmbedding({...columns, name: "static-base", dimensions: 128, maxTokens: 128});
const joint = staticEmbedding({...columns, name: "static-joint", init: base});

export default defineEval({
  dataset: mails,
  split: {name: "threads", strategy: "group", test: 0.3},
  candidates: [
    cascade("cascade", [trained("TF-IDF of labels", tfidfLogReg(columns)), trained("joint model", joint)], {
      signal: "logprobs",
      thresholds: [0.75],
      hosting: rented
    })
  ],
  prompt: "{{text}}",
  expected: "queue",
  scorers: {accuracy: classification()},
  slices: ["queue"],
  margin: 0.02
});
