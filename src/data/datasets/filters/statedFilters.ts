import {functionVersion, moduleVersion} from "../../../base/fingerprint/index.js";
import type {Filters, TextFilter} from "./filter.js";

/** Filters as JSON, to be compared with what they were: conditions, settings, and the version of a project's own functions. */
export function statedFilters(filters: Filters | undefined): Record<string, unknown> | undefined {
  if (filters === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(filters).map(([name, filter]) => [
      name,
      typeof filter === "string" ? filter : {settings: filter.settings, code: ownCode(filter)}
    ])
  );
}

/** Of a preset none: its code changes with every release, and a dataset does not. */
function ownCode({settings, module, reason}: TextFilter): string | undefined {
  if (settings.preset !== undefined) return undefined;
  return module === undefined ? functionVersion(reason) : moduleVersion(module);
}
