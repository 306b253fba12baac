import {distillation, staticEmbedding, tfidfLogReg, trained, trainedOn} from "assay";
import {hostings, volume} from "../hostings.js";

const columns = {text: "text", label: "answer"};

export default distillation({
  eval: "intents",
  teacher: "recorded teacher",
  students: (answers, subset) => [
    trained("TF-IDF", trainedOn(answers, tfidfLogReg({...columns, subset})), hostings),
    trained(
      "static embedding",
      trainedOn(answers, staticEmbedding({...columns, dimensions: 128, maxTokens: 64, subset})),
      hostings
    )
  ],
  margin: 0.02,
  ...volume
});
