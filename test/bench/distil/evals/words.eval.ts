import {defineEval, exactMatch, finetune, jointNgram, localCandidate, reranked, trained} from "assay";
import {beginning, frozen, task} from "../../../../finetunes/words.js";
import words from "../data-loaders/words.js";
import {rented} from "../hostings.js";
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
      hosting: rented
    }
  ],
  prompt: "{{backwards}}",
  expected: "accepted",
  scorers: {"right words": exactMatch},
  slices: ["team"],
  margin: 0.03
});
