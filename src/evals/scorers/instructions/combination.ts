import {textArgument} from "./arguments.js";
import type {InstructionCheck} from "./types.js";

export const combinationChecks: Record<string, InstructionCheck> = {
  "combination:repeat_prompt": (response, given) =>
    response.trim().toLowerCase().startsWith(textArgument(given, "prompt_to_repeat").toLowerCase()),

  /** Exactly two different texts divided by ******; a blank one is allowed only at either end. */
  "combination:two_responses": (response) => {
    const parts = response.split("******").map((part) => part.trim());
    if (parts.slice(1, -1).includes("")) return false;
    const given = parts.filter((part) => part !== "");
    return given.length === 2 && given[0] !== given[1];
  }
};
