import type {Subset} from "assay";
import {chance} from "./data-loaders/intents.js";

/** Half of the words: the teacher learns how they are said, the student learns the others from the teacher. */
export const isKnown = (word: string) => chance(`known ${word}`) < 0.5;

export const known: Subset = {
  words: "words whose hash is in the lower half",
  where: ({word}) => isKnown(String(word))
};
