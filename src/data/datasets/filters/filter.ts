import {functionVersion, moduleVersion} from "../../../base/fingerprint/index.js";

/** Looks at one text: why its row is dropped, or undefined to keep it. */
export interface TextFilter {
  kind: "text";
  /** What enters the version's record: name and settings. */
  settings: Record<string, unknown>;
  reason(text: string): string | undefined;
  /** Whether it could not tell: the row is kept, and counted in the version's record. */
  undetermined?(text: string): boolean;
  /** `import.meta.url` of the module that makes the filter; left out, the version is of the function's own code. */
  module?: string;
  /** Awaited once before the first text: loads what the filter needs. */
  ready?(): Promise<void>;
}

/** SQL that a row must meet to be kept (over the dataset's columns), or a look at the row's text. */
export type Filter = string | TextFilter;

/** Filters by name, applied in this order: a row is dropped by the first that it does not pass. */
export type Filters = Record<string, Filter>;

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
