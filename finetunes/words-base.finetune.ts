import {finetune} from "assay";
import {beginning, rate, steps, task} from "./words.js";

/** From random weights, on the words that neither team has. */
export default finetune({
  ...task,
  name: "words-base",
  subset: {words: "words of neither team", where: ({team}) => team === "everybody"},
  base: beginning,
  rate,
  steps: steps.base
});
