import {finetune} from "assay";
import base from "./words-base.finetune.js";
import {rate, steps, task} from "./words.js";

/** All words at once: what the teams could have had together. */
export default finetune({
  ...task,
  name: "words-joint",
  base,
  rate,
  steps: steps.joint,
  // The validation loss rises at the end, without more words being wrong.
  keep: "last"
});
