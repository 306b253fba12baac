import {defineEval, exactMatch, finetune, jointNgram, localCandidate, reranked, trained} from "assay";
import {beginning, frozen, task} from "../../../../finetunes/words.js";
import words from "../data-loaders/words.js";
import {known} from "../known.js";

const model = finetune({
  ...task,
  name: "words-known",
  subset: known,
  base: beginning,
  rate: 2e-3,
  steps: 300
});
const ngrams = trained(
  "joint n-gram",
  jointNgram({
    name: "words-known-ngram",
    text: "backwards",
    label: "sounds",
    backwards: true,
    order: 8,
    subset: known
  })
);
const language = localCandidate("language model", model, {
  params: {temperature: 0, max_tokens: 24},
  contextTokens: 64
});

export default defineEval({
  dataset: words,
  split: frozen,
  candidates: [
    {
      ...reranked("n-gram and language model", ngrams, [language]),
      hosting: {
        kind: "api",
        provider: "an example provider",
        price: {inputUsdPerMillion: 2, outputUsdPerMillion: 8, asOf: "2026-11-26", source: "an example price"}
      }
    }
  ],
  prompt: "{{backwards}}",
  expected: "accepted",
  scorers: {"right words": exactMatch},
  slices: ["team"],
  margin: 0.03
});
