import {numberArgument, textArgument} from "./arguments.js";
import type {InstructionCheck} from "./types.js";

export const contentChecks: Record<string, InstructionCheck> = {
  /** [square brackets] on one line. */
  "detectable_content:number_placeholders": (response, given) =>
    response.split("\n").reduce((count, line) => count + brackets(line), 0) >=
    numberArgument(given, "num_placeholders"),

  "detectable_content:postscript": (response, given) => {
    const marker = textArgument(given, "postscript_marker");
    const text = response.toLowerCase();
    if (marker === "P.P.S") return /p\.\s?p\.\s?s/.test(text);
    if (marker === "P.S.") return /p\.\s?s\./.test(text);
    return text.includes(marker.toLowerCase());
  }
};

/** Pairs of "[" and the next "]" in a line. */
function brackets(line: string): number {
  let count = 0;
  for (let at = line.indexOf("["); at >= 0; at = line.indexOf("[", at)) {
    at = line.indexOf("]", at);
    if (at < 0) break;
    count++;
  }
  return count;
}
