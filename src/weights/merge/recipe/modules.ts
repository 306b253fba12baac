import {isMapping, type RecipeReader} from "./reader.js";
import type {RecipeParameters, Setting} from "./types.js";

/** A module of a `modules:` recipe: a mapping with models or slices, and parameters. */
export interface RecipeModule {
  name: string;
  path: string;
  value: Record<string, unknown>;
}

/** Reads the outer shape of `modules:`; those that are no modules are problems and left out. */
export function readModules(value: unknown, reader: RecipeReader): RecipeModule[] {
  const names = isMapping(value) ? Object.keys(value) : [];
  if (!isMapping(value) || names.length === 0) {
    reader.problem("modules", "modules is a mapping from a module's name to its models or slices.");
    return [];
  }
  return names.flatMap((name) => {
    const path = `modules.${name}`;
    const module = value[name];
    if (!isMapping(module)) {
      reader.problem(path, "a module is a mapping with models or slices.");
      return [];
    }
    reader.keys(module, path, ["models", "slices", "parameters"]);
    const forms = ["models", "slices"].filter((form) => module[form] !== undefined && module[form] !== null);
    if (forms.length === 1) return [{name, path, value: module}];
    reader.problem(path, "a module has either models or slices.");
    return [];
  });
}

/** Lines of what is in the module, under the names they have in recipes without modules. */
export function moduleLines(lines: Record<string, number>, {path}: RecipeModule): Record<string, number> {
  const own = Object.entries(lines).flatMap(([key, line]) =>
    key.startsWith(`${path}.`) ? [[key.slice(path.length + 1), line] as const] : []
  );
  return {...lines, ...Object.fromEntries(own)};
}

/** Nearer settings first: where no filter of theirs matches, the farther ones of the same name hold. */
export function layered(near: RecipeParameters, far: RecipeParameters): RecipeParameters {
  const result: RecipeParameters = {...far};
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
