import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {
  anyText,
  exactly,
  listOf,
  oneOf,
  passing,
  problemsOf,
  text
} from "../../../base/validation/checked.js";
import {messageOf, UserError} from "../../../base/validation/index.js";
import {isDay} from "../../../base/costs/index.js";
import {assertTextFile} from "../../../base/system/regularFile.js";

/** Whether a provider's terms let its answers be learned from. `own models only`: by models that it tunes for you, not by others. */
export type TrainOnOutputs = "forbidden" | "own models only" | "allowed";

/** What a provider's terms say of learning from its answers, read on a day. Legal advice it is not. */
export interface OutputTerms {
  /** Of its address, such as "api.openai.com". */
  host: string;
  trainOnOutputs: TrainOnOutputs;
  says: string;
  /** Where it says so. */
  source: string;
  /** The day on which these terms came into force, or were read. */
  asOf: string;
}

/** Providers that are not here are unknown. */
const KNOWN: readonly OutputTerms[] = [
  {
    host: "api.openai.com",
    trainOnOutputs: "own models only",
    says: "no models that compete with OpenAI, except its own fine-tunes and classifiers for use in house",
    source: "https://openai.com/policies/services-agreement/",
    asOf: "2025-05-31"
  },
  {
    host: "api.anthropic.com",
    trainOnOutputs: "forbidden",
    says: "no training of competing models without approval",
    source: "https://www.anthropic.com/legal/commercial-terms",
    asOf: "2025-06-17"
  },
  {
    host: "generativelanguage.googleapis.com",
    trainOnOutputs: "forbidden",
    says: "no models that compete with the Gemini API",
    source: "https://ai.google.dev/gemini-api/terms",
    asOf: "2025-05-20"
  }
];

const FILE = "output-terms.json";

const entry = exactly<OutputTerms>("terms such as {host, trainOnOutputs, says, source, asOf}", {
  host: text("an address's name"),
  trainOnOutputs: oneOf(["forbidden", "own models only", "allowed"]),
  says: anyText(),
  source: text("where it says so"),
  asOf: passing(isDay, "a day such as 2027-01-06")
});

/**
 * The terms of providers: those in the project's `output-terms.json`, then Assay's list. Throws a UserError that names every entry
 * that is none.
 */
export async function readOutputTerms(project: string): Promise<OutputTerms[]> {
  const path = join(project, FILE);
  await assertTextFile(path);
  let own: unknown;
  try {
    own = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [...KNOWN];
    throw new UserError(`${path} cannot be read as JSON: ${messageOf(cause)}`, {cause});
  }
  const problems = problemsOf(listOf(entry, "a list of providers"), own);
  if (problems.length > 0) throw new UserError(`${path}: ${problems.join("; ")}.`);
  return [...(own as OutputTerms[]), ...KNOWN];
}

/** The terms of the address at which a model was asked; undefined where they are unknown. */
export function termsAt(terms: readonly OutputTerms[], host: string | undefined): OutputTerms | undefined {
  return terms.find((one) => host === one.host || host?.endsWith(`.${one.host}`));
}
