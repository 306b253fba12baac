import {candidate, defineEval, numeric, recorded} from "assay";
import questions from "../data-loaders/questions.js";

const outputs = (style: string) =>
  recorded({
    name: `recording, ${style}`,
    file: "data-loaders/questions/outputs.jsonl",
    id: "id",
    output: style
  });

/** Outputs that were recorded elsewhere are scored like any others: two ways of asking one (made-up) model. */
export default defineEval({
  title: "Recorded answers: is asking for steps worth it?",
  dataset: questions,
  split: {name: "all", strategy: "random", test: 0.95, validation: 0},
  candidates: [
    candidate("brief", outputs("brief"), "recorded", {baseline: true}),
    candidate("stepwise", outputs("stepwise"), "recorded")
  ],
  prompt: "{{question}}\nEnd with a line that begins with A: and holds the number.",
  expected: "answer",
  scorers: {correct: numeric({after: "A:"})},
  slices: ["kind"],
  margin: 0.05
});
