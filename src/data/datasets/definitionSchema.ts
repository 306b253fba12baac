import {
  anyObject,
  byName,
  either,
  exactly,
  passing,
  flag,
  folderName,
  func,
  listOf,
  number,
  oneOf,
  text
} from "../../base/validation/checked.js";
import type {Publishing} from "../../base/store/index.js";
import type {DatasetDefinition, Sensitivity, Watch} from "./define.js";
import type {TextFilter} from "./filters/index.js";
import type {Privacy, PrivacyAction} from "./privacyOption.js";
import {sourceSchema} from "./sources/index.js";

const SENSITIVITIES: readonly Sensitivity[] = ["public", "internal", "personal"];
const PRIVACY_ACTIONS: readonly PrivacyAction[] = ["keep", "mask", "replace", "pseudonym"];
export const PUBLISHING: readonly Publishing[] = ["ids", "masked", "text"];

const column = () => text("a column's name").optional();
const condition = () => text("an SQL condition");

const privacySchema = exactly<Privacy>('rules such as {actions: {email: "mask", default: "keep"}}', {
  columns: listOf(text("a column's name"), "a list of columns", 1).optional(),
  // Which kinds there are is known to the room that looks for them, which checks them before a pull.
  actions: byName(oneOf(PRIVACY_ACTIONS), 'actions by kind, such as {email: "mask"}'),
  minScore: number({least: 0, most: 1}).optional(),
  keyVariable: passing(
    (value) => typeof value === "string" && /^[A-Z][A-Z0-9_]*_KEY$/.test(value),
    "the name of an environment variable that ends in _KEY"
  ).optional()
});

const filterSchema = either(
  "an SQL condition, or a filter such as textLength()",
  condition(),
  exactly<TextFilter>("a filter", {
    kind: oneOf(["text"]),
    settings: anyObject(),
    reason: func(),
    module: text("the URL of a module").optional(),
    undetermined: func().optional(),
    ready: func().optional()
  })
);

/** What a dataset's definition may say. */
export const datasetSchema = exactly<DatasetDefinition>("a dataset such as {name, source}", {
  name: folderName(),
  description: text().optional(),
  licence: text().optional(),
  source: sourceSchema,
  sql: text("SQL").optional(),
  append: flag().optional(),
  id: column(),
  text: column(),
  label: column(),
  group: column(),
  time: column(),
  sensitivity: oneOf(SENSITIVITIES).optional(),
  publish: oneOf(PUBLISHING).optional(),
  privacy: privacySchema.optional(),
  earlier: listOf(condition(), "a list of SQL conditions").optional(),
  filters: byName(filterSchema, "filters by name").optional(),
  watch: exactly<Watch>('a watch such as {against: "VERSION"} or {}', {
    against: text("a version's id").optional(),
    columns: listOf(text("a column's name"), "a list of columns", 1).optional()
  }).optional(),
  checks: byName(condition(), "SQL conditions by name").optional()
});
