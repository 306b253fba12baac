import {classification, defineEval, staticEmbedding, tfidfLogReg, trained} from "assay";
import mails from "../data-loaders/mails.js";

const columns = {text: "text", label: "queue"};
const base = staticEmbedding({...columns, name: "static-base", dimensions: 128, maxTokens: 128});
const joint = staticEmbedding({...columns, name: "static-joint", init: base});

export default defineEval({
  dataset: mails,
  split: {name: "threads", strategy: "group", test: 0.3},
  candidates: [
    trained("joint model", joint, {
      hosting: {
        kind: "api",
        provider: "an example provider",
        price: {inputUsdPerMillion: 2, outputUsdPerMillion: 8, asOf: "2026-11-26", source: "an example price"}
      }
    }),
    trained("TF-IDF of labels", tfidfLogReg(columns))
  ],
  prompt: "{{text}}",
  expected: "queue",
  scorers: {accuracy: classification()},
  slices: ["queue"],
  margin: 0.02
});
