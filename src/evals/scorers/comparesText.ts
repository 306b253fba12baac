import type {Scorer} from "./types.js";

/** The checkout or package that this file is in: its scorers may be loaded as sources, compiled or from the bundle. */
const ROOT = import.meta.url.replace(/(src|lib)\/evals\/scorers\/[^/]*$/, "");

/**
 * Whether a scorer is one of Assay's that hold an answer's text against what is expected of it. Judges and people read the text
 * as it is, and `toolCallMatch` looks at calls. Of a team's own scorer nobody knows.
 */
export function comparesText({module = "", judge, human}: Scorer): boolean {
  const own = ["src", "lib"].some((folder) => module.startsWith(`${ROOT}${folder}/evals/scorers/`));
  return own && !judge && !human && !/\/toolCallMatch\.[jt]s$/.test(module);
}
