import {isMapping, type Reader} from "./reader.js";
import {type Parameters, type Setting} from "./types.js";

/** The one module of a `modules:` recipe, as the models or slices and parameters it stands for. */
export interface Module {
  path: string;
  value: Record<string, unknown>;
}

/**
 * Reads `modules:` of a model that is one module. Models of several (a tower for pictures beside one for text) are
 * refused: which tensors belong to which module stands in no file of theirs.
 */
export function readModule(value: unknown, reader: Reader): Module | undefined {
  const names = isMapping(value) ? Object.keys(value) : [];
  if (!isMapping(value) || names.length === 0) {
    reader.problem("modules", "modules is a mapping from a module's name to its models or slices.");
    return undefined;
  }
  if (names.length > 1) {
    reader.problem(
      "modules",
      `there are ${names.length} modules (${names.join(", ")}), but nothing says which tensors belong to which. Merge each with a recipe of its own, with "models" or "slices".`
    );
    return undefined;
  }
  const path = `modules.${names[0]!}`;
  const module = value[names[0]!];
  if (!isMapping(module)) {
    reader.problem(path, "a module is a mapping with models or slices.");
    return undefined;
  }
  reader.keys(module, path, ["models", "slices", "parameters"]);
  const forms = ["models", "slices"].filter((form) => module[form] !== undefined && module[form] !== null);
  if (forms.length === 1) return {path, value: module};
  reader.problem(path, "a module has either models or slices.");
  return undefined;
}

/** Lines of what is in the module, under the names they have in recipes without modules. */
export function moduleLines(lines: Record<string, number>, {path}: Module): Record<string, number> {
  const own = Object.entries(lines).flatMap(([key, line]) =>
    key.startsWith(`${path}.`) ? [[key.slice(path.length + 1), line] as const] : []
  );
  return {...lines, ...Object.fromEntries(own)};
}

/** Nearer settings first: where no filter of theirs matches, the farther ones of the same name hold. */
export function layered(near: Parameters, far: Parameters): Parameters {
  const result: Parameters = {...far};
  for (const [name, setting] of Object.entries(near)) {
    const below = far[name];
    result[name] = below === undefined ? setting : [...entriesOf(setting), ...entriesOf(below)];
  }
  return result;
}

function entriesOf(setting: Setting) {
  if (Array.isArray(setting)) {
    const entries = setting.flatMap((entry) => (typeof entry === "object" ? [entry] : []));
    if (entries.length > 0) return entries;
  }
  return [{value: setting as Exclude<Setting, {filter?: string}[]>}];
}
