import {textArgument} from "./arguments.js";
import type {InstructionCheck} from "./types.js";

export const startEndChecks: Record<string, InstructionCheck> = {
  /** Letter case does not matter, nor do quotation marks around the whole response. */
  "startend:end_checker": (response, given) =>
    response
      .trim()
      .replace(/^"+|(?<!")"+$/g, "")
      .toLowerCase()
      .endsWith(textArgument(given, "end_phrase").toLowerCase()),

  "startend:quotation": (response) => /^"[^]*"$/.test(response.trim())
};
