import {finetune} from "assay";
import base from "./words-base.finetune.js";
import {steps, task} from "./words.js";

export default finetune({
  ...task,
  name: "words-team-b",
  subset: {words: "words that end as names do", where: ({team}) => team === "names"},
  base,
  rate: 1e-3,
  steps: steps.team
});
