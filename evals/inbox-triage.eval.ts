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
import mails from "../data-loaders/mails.js";

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
const base = staticEmbedding({...columns, name: "static-base"});
const a = staticEmbedding({...columns, name: "static-team-a", init: base, subset: teamA});
const b = staticEmbedding({...columns, name: "static-team-b", init: base, subset: teamB});
const joint = staticEmbedding({...columns, name: "static-joint", init: base});
const average = mergedModel({
  name: "static-average",
  method: "linear",
  models: [
    {source: a, parameters: {weight: 0.5}},
    {source: b, parameters: {weight: 0.5}}
  ]
});
const arithmetic = mergedModel({
  name: "static-task-arithmetic",
  method: "task_arithmetic",
  base,
  models: [
    {source: a, parameters: {weight: 0.7}},
    {source: b, parameters: {weight: 0.7}}
  ]
});

/** Which model should route the mails, what merging two teams' models brings, and what a random split hides. */
export default defineEval({
  title: "Inbox triage: which model routes the mail?",
  dataset: mails,
  split: [
    {name: "threads", strategy: "group", test: 0.18, validation: 0.1},
    {name: "random", strategy: "random", test: 0.18, validation: 0.1}
  ],
  candidates: [
    trained("majority", majorityClassifier(columns)),
    trained("TF-IDF + logistic regression", tfidf, {baseline: true}),
    trained("MiniLM + head", encoderHead({...columns, sample: 1500})),
    trained("static base", base),
    trained("static, team A", a),
    trained("static, team B", b),
    trained("static, joint", joint),
    trained("merge: average of A and B", average),
    trained("merge: task arithmetic of A and B", arithmetic),
    servedBest("best of these, over HTTP", [tfidf, base, joint, average, arithmetic], columns)
  ],
  prompt: "{{text}}",
  expected: "queue",
  scorers: {accuracy: classification()},
  slices: ["queue", "wave"],
  margin: 0.02,
  gate: [{minScore: 0.75, maxFailureShare: 0.01}]
});
