import {finetune} from "assay";
import base from "./words-base.finetune.js";
import {steps, task} from "./words.js";

export default finetune({
  ...task,
  name: "words-team-a",
  subset: {words: "words in -s, -ed and -ing", where: ({team}) => team === "inflected"},
  base,
  rate: 1e-3,
  steps: steps.team
});
