import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {exactly, number, problemsOf} from "../validation/checked.js";
import {messageOf, UserError} from "../validation/errors.js";
import {assertTextFile} from "../system/regularFile.js";

/** What a project states in `assay.json` beside its definitions. */
export interface ProjectSettings {
  budget?: {
    /** US dollars that all runs on its store may spend a day, in UTC. */
    usdPerDay: number;
  };
}

const FILE = "assay.json";

const schema = exactly<ProjectSettings>("an object of settings", {
  budget: exactly<NonNullable<ProjectSettings["budget"]>>("an object such as {usdPerDay: 20}", {
    usdPerDay: number({least: 0})
  }).optional()
});

/** A project's settings; none without the file. Throws UserError with all its problems: a limit that is not understood is not kept. */
export async function projectSettings(project: string): Promise<ProjectSettings> {
  await assertTextFile(join(project, FILE));
  const text = await readFile(join(project, FILE), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new UserError(`${FILE} cannot be read: ${error.message}.`, {cause: error});
  });
  if (text === undefined) return {};
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${FILE} is not JSON: ${messageOf(error)}. Mend it; nothing was run.`);
  }
  const problems = problemsOf(schema, settings);
  if (problems.length > 0) throw new UserError(problems.map((one) => `${FILE}: ${one}.`).join("\n"));
  return settings as ProjectSettings;
}
