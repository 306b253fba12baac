import {
  classification,
  defineEval,
  encoderHead,
  majorityClassifier,
  mergedModel,
  servedBest,
  staticEmbedding,
  type Subset,
  tfidfLogReg,
  trained
} from "assay";
import {whole} from "../data-loaders/demo/whole.js";
import mails from "../data-loaders/mails.js";
import {provider, shelf} from "./hostings.js";

const columns = {text: "text", label: "queue"};

// Two teams, each with the mails of its own four queues.
const teamA: Subset = {
  words: "queues spam, news-feed, newsletter, packaging",
  where: ({queue}) => ["spam", "news-feed", "newsletter", "packaging"].includes(String(queue))
};
const teamB: Subset = {
  words: "queues linux-help, mail-client-dev, antispam-product, general-discussion",
  where: ({queue}) =>
    ["linux-help", "mail-client-dev", "antispam-product", "general-discussion"].includes(String(queue))
};

const tfidf = tfidfLogReg(columns);
// The quick demo reads the beginnings of mails, into shorter vectors.
const base = staticEmbedding({
  ...columns,
  name: "static-base",
  dimensions: whole ? 256 : 128,
  maxTokens: whole ? 512 : 128
});
const a = staticEmbedding({...columns, name: "static-team-a", init: base, subset: teamA});
const b = staticEmbedding({...columns, name: "static-team-b", init: base, subset: teamB});
const joint = staticEmbedding({...columns, name: "static-joint", init: base});
// The two teams' models merged in two ways, in the full demo in six; `base` is what both were fine-tuned from.
const pair = (parameters: Record<string, number>) => [
  {source: a, parameters},
  {source: b, parameters}
];
const merges = {
  average: mergedModel({name: "static-average", method: "linear", models: pair({weight: 0.5})}),
  "task arithmetic": mergedModel({
    name: "static-task-arithmetic",
    method: "task_arithmetic",
    base,
    models: pair({weight: 0.7})
  })
};
const moreMerges = {
  TIES: mergedModel({name: "static-ties", method: "ties", base, models: pair({weight: 1, density: 0.5})}),
  DARE: mergedModel({
    name: "static-dare",
    method: "dare_linear",
    base,
    models: pair({weight: 0.7, density: 0.5})
  }),
  SLERP: mergedModel({
    name: "static-slerp",
    method: "slerp",
    base: a,
    models: [{source: a}, {source: b}],
    parameters: {t: 0.5}
  }),
  "model stock": mergedModel({name: "static-model-stock", method: "model_stock", base, models: pair({})})
};
const allMerges = whole ? {...merges, ...moreMerges} : merges;

/** Which model should route the mails, and what merging two teams' models brings; `baselines` says what a random split hides. */
export default defineEval({
  order: 3,
  title: "Inbox triage: which model routes the mail?",
  dataset: mails,
  split: {name: "threads", strategy: "group", test: 0.18, validation: 0.1},
  candidates: [
    ...[
      trained("majority", majorityClassifier(columns)),
      trained("TF-IDF + logistic regression", tfidf, {baseline: true}),
      ...(whole ? [trained("MiniLM + head", encoderHead({...columns, sample: 1500}))] : []),
      trained("static base", base),
      trained("static team A", a),
      trained("static team B", b),
      trained("static joint", joint),
      ...Object.entries(allMerges).map(([name, model]) => trained(`merge of A and B: ${name}`, model))
    ].map((candidate) => ({...candidate, hosting: shelf})),
    ...[servedBest("best over HTTP", [tfidf, base, joint, ...Object.values(allMerges)], columns)].map(
      (candidate) => ({...candidate, hosting: [provider, shelf]})
    )
  ],
  prompt: "{{text}}",
  expected: "queue",
  scorers: {accuracy: classification()},
  slices: ["queue", "wave"],
  margin: 0.02,
  gate: [{minScore: 0.7, maxFailureShare: 0.01}]
});
