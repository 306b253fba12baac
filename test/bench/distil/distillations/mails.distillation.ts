import {distillation, tfidfLogReg, trained, trainedOn} from "assay";
import {hostings, volume} from "../hostings.js";

export default distillation({
  eval: "mails",
  teacher: "cascade",
  students: (answers, subset) => [
    trained("TF-IDF", trainedOn(answers, tfidfLogReg({text: "text", label: "answer", subset})), hostings)
  ],
  margin: 0.02,
  ...volume
});
