import {distillation, jointNgram, type Subset, trained, trainedOn} from "assay";
import {hostings, volume} from "../hostings.js";
import {isKnown} from "../known.js";

/** Words whose pronunciation only the teacher has given. */
const unknown = (subset?: Subset): Subset => ({
  words: `words whose hash is in the upper half${subset ? `, ${subset.words}` : ""}`,
  where: (row) => !isKnown(String(row["row"])) && (subset?.where(row) ?? true)
});

export default distillation({
  eval: "words",
  teacher: "n-gram and language model",
  answers: {columns: ["backwards"]},
  students: (answers, subset) => [
    trained(
      "small n-gram",
      trainedOn(
        answers,
        jointNgram({
          text: "backwards",
          label: "answer",
          backwards: true,
          order: 4,
          subset: unknown(subset)
        })
      ),
      hostings
    )
  ],
  margin: 0.03,
  ...volume
});
