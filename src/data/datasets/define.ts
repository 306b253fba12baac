import type {Publishing} from "../../base/store/index.js";
import {hashJson} from "../../base/system/index.js";
import {assertChecked} from "../../base/validation/checked.js";
import type {AnswersSource} from "./answers/index.js";
import {datasetSchema} from "./definitionSchema.js";
import type {Filters} from "./filters/index.js";
import type {Privacy} from "./privacyOption.js";
import type {Source} from "./sources/index.js";

/**
 * How sensitive a dataset's rows are: `public` may go anywhere, `internal` to the team's own machines and
 * processors, `personal` needs its findings resolved before it leaves the machine.
 */
export type Sensitivity = "public" | "internal" | "personal";

/** What is watched of a dataset that grows. */
export interface Watch {
  /** Id of the version that new rows are compared with; default the first that was watched. */
  against?: string;
  /** Columns to look at; default all but ids, groups and times. */
  columns?: string[];
}

export interface DatasetDefinition {
  name: string;
  description?: string;
  licence?: string;
  source: Source;
  /**
   * SQL from the source to the dataset's columns; the source is the relation `source`. Without it every
   * source column is taken.
   */
  sql?: string;
  /**
   * Every pull adds to the rows of the version before: for logs whose older files go away. A row whose id comes again
   * replaces its former state.
   */
  append?: boolean;
  /** Column that identifies a row for good. Without it a row's content hash is its id. */
  id?: string;
  /** Column holding the text a model reads: used for duplicates, personal data and excerpts. */
  text?: string;
  /** Column holding the answer. */
  label?: string;
  /** Column of the group a row belongs to (thread, customer, document): groups stay on one side of a split. */
  group?: string;
  /** Column of the row's time, ISO text or timestamp. */
  time?: string;
  sensitivity?: Sensitivity;
  /**
   * The most that pages may show of a row, whatever an eval says: nothing but ids and labels, a masked excerpt, or, for an
   * eval that asks for it, the text itself. An eval's own setting when absent.
   */
  publish?: Publishing;
  /**
   * What a pull does about personal data and secrets before anything is stored: the version holds what is left. `sql` and
   * `earlier` see the rows as they come, `id`, `filters` and `checks` as they are stored.
   */
  privacy?: Privacy;
  /**
   * Earlier states of a source that is read all at once, oldest first, each as an SQL condition over the dataset's
   * columns (`"wave = 'first'"`): the first pull makes a version of each before the present one.
   */
  earlier?: string[];
  /**
   * Rows that do not pass are left out and kept with the reason beside the version: SQL conditions over the columns, or
   * presets such as `chatFilters()`, by name, in this order.
   */
  filters?: Filters;
  /** Watch new rows for drift at every pull: with at most 5% of false alarms however often it looks. */
  watch?: Watch;
  /** SQL conditions that every version must meet for all rows, by name: `{"has a label": "label is not null"}`. */
  checks?: Record<string, string>;
}

/**
 * Declares a dataset. A file in `data-loaders/` default-exports what this returns. Throws a UserError that names every
 * member that is unknown, absent or of another kind.
 */
export function defineDataset(definition: DatasetDefinition): DatasetDefinition {
  assertDataset(definition);
  return definition;
}

/** Throws UserError with everything that keeps something from being a dataset's definition. */
export function assertDataset(definition: unknown): asserts definition is DatasetDefinition {
  const {name} = (definition ?? {}) as {name?: unknown};
  const called = typeof name === "string" && name.length <= 128 ? ` ${JSON.stringify(name)}` : "";
  assertChecked(`dataset${called}`, datasetSchema, definition);
}

/** The dataset that answers are where none is declared. Other options make another dataset. */
export function answersDataset(source: AnswersSource): DatasetDefinition {
  const named = [source.of]
    .flat()
    .join("-")
    .replace(/[^\w.-]+/g, "-")
    .slice(0, 60);
  return {name: `answers-${named}-${hashJson(source).slice(0, 8)}`, id: "id", source};
}
