import {moduleVersion} from "../code/index.js";
import {METHODS} from "./methods/index.js";

/** The version of the code that carries out merges by a method: other methods do not count. */
export function mergeVersion(method: string): string[] {
  const at = (name: string) => new URL(name, import.meta.url).href;
  const core = moduleVersion(at("runPlan.js"), {without: [at("methods/index.js")]});
  return METHODS[method] ? [core, moduleVersion(at(`methods/${method}.js`))] : [core];
}
