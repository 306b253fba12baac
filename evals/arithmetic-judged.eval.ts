import {defineEval, humanLabels, judgePairwise, recorded} from "assay";
import answers from "./arithmetic-recorded.eval.js";

// What a (made-up) judge replied when each answer stood first and second: a small recording, and no model is asked.
const judgements = recorded({
  name: "recorded judgements",
  file: "data-loaders/questions/judgements.jsonl",
  judged: "answer",
  output: ({shownFirst, shownSecond}) => [shownFirst, shownSecond]
});

/** A judge compares each answer with the bare number; what people said of a random sample shows how far to trust it. */
export default defineEval({
  ...answers,
  title: "Recorded judge: are steps worth reading, and can the judge be trusted?",
  scorers: {
    preferred: judgePairwise({
      endpoint: judgements,
      model: "made-up-judge",
      rubric: "A pupil should learn from it: the number is right, and the way to it is shown.",
      baseline: ({answer}) => `A: ${Number(answer).toLocaleString("en-US")}`
    }),
    people: humanLabels("data-loaders/questions/people.jsonl")
  }
});
