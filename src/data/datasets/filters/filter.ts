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
