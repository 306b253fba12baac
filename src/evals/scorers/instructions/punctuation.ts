import type {InstructionCheck} from "./types.js";

export const punctuationChecks: Record<string, InstructionCheck> = {
  "punctuation:no_comma": (response) => !response.includes(",")
};
