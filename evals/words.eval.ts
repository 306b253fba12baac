import {
  defineEval,
  exactMatch,
  jointNgram,
  localCandidate,
  mergedModel,
  quantised,
  reranked,
  servedBest,
  trained,
  wer
} from "assay";
import {whole} from "../data-loaders/demo/whole.js";
import words from "../data-loaders/words.js";
import base from "../finetunes/words-base.finetune.js";
import joint from "../finetunes/words-joint.finetune.js";
import teamA from "../finetunes/words-team-a.finetune.js";
import teamB from "../finetunes/words-team-b.finetune.js";
import {frozen} from "../finetunes/words.js";
import {provider, shelf} from "./hostings.js";

// The likeliest phonemes, and no more of them than any word has.
const params = {temperature: 0, max_tokens: 24};
const options = {params, contextTokens: 64};

const merged = (name: string, method: string, weight: number) =>
  mergedModel({
    name,
    method,
    base: method === "linear" ? undefined : base,
    models: [teamA, teamB].map((source) => ({source, parameters: {weight}}))
  });
const average = merged("words-average", "linear", 0.5);
const arithmetic = merged("words-task-arithmetic", "task_arithmetic", 0.7);

const together = localCandidate("joint training", joint, options);
// The classical method for this task, with the length of the published models.
const ngrams = trained(
  "joint n-gram",
  jointNgram({name: "words-ngram", text: "backwards", label: "sounds", backwards: true, order: 8})
);

/** A language model trained here from random weights says how words are spoken; two teams taught it words of their own. */
export default defineEval({
  order: 4,
  title: "Spelling to pronunciation: two teams' language models, their merges, 8 bits, and n-grams",
  description:
    "A word is right when its phonemes are, without stress: 100 minus the score is the word error rate. The models read it backwards, from its last letter. The n-grams' ten likeliest answers are also chosen from by both together.",
  dataset: words,
  split: frozen,
  candidates: [
    ...[
      localCandidate("base", base, {...options, baseline: true}),
      localCandidate("team A: inflected words", teamA, options),
      localCandidate("team B: names", teamB, options),
      localCandidate("merge of A and B: average", average, options),
      together,
      ngrams,
      ...(whole
        ? [
            localCandidate("merge of A and B: task arithmetic", arithmetic, options),
            quantised(joint, "q8_0", {...options, name: "joint training, 8 bits"}),
            reranked("joint n-gram and joint training", ngrams, [together])
          ]
        : [])
    ].map((candidate) => ({...candidate, hosting: shelf})),
    ...(whole
      ? [
          servedBest(
            "best over HTTP",
            [average, arithmetic, joint],
            {text: "backwards", label: "accepted"},
            {params, rows: 100, hosting: [provider, shelf]}
          )
        ]
      : [])
  ],
  prompt: "{{backwards}}",
  expected: "accepted",
  scorers: {"right words": exactMatch, phonemes: wer},
  slices: ["team"],
  margin: 0.02
});
