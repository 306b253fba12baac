import {moduleVersion} from "../../base/fingerprint/index.js";
import {METHODS} from "./methods/index.js";

/** The version of the code that plans and carries out merges by a method: other methods do not count. */
export function mergeVersion(method: string): string[] {
  const at = (name: string) => new URL(name, import.meta.url).href;
  const [entry, own] = method === "moe" ? ["moe/merge.js", "passthrough"] : ["merge.js", method];
  const core = moduleVersion(at(entry), {without: [at("methods/index.js")]});
  return METHODS[own] ? [core, moduleVersion(at(`methods/${own}.js`))] : [core];
}
