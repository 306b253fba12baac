import {hosting, price} from "../endpoints/hostingSchema.js";
import {
  anyObject,
  assertChecked,
  byName,
  chosen,
  exactly,
  passing,
  flag,
  func,
  number,
  text
} from "../../base/validation/checked.js";
import type {LocalModelOptions} from "./localModel.js";

/** Sequences of one context, at most, in llama.cpp. */
const MOST_PARALLEL = 256;

const count = () => number({least: 1, whole: true}).optional();

const what = 'options such as {type: "q8_0"}';

const stated = exactly<LocalModelOptions>(what, {
  name: text().optional(),
  type: text('how weights are stored, such as "q8_0"').optional(),
  adapters: byName(text("a path, a model of the store or a repository"), "adapters by name").optional(),
  chatTemplate: text("a chat template").optional(),
  templateVariables: anyObject("variables by name").optional(),
  today: passing((value) => value instanceof Date && !Number.isNaN(value.getTime()), "a day").optional(),
  preTokenizer: text().optional(),
  hosting: hosting.optional(),
  price: price.optional(),
  workspace: anyObject("a workspace").optional(),
  onProgress: func().optional(),
  threads: count(),
  parallel: number({least: 1, most: MOST_PARALLEL, whole: true}).optional(),
  exact: flag().optional(),
  openAll: flag().optional(),
  onlyKnown: flag().optional(),
  contextTokens: count(),
  gpuLayers: number({least: 0, whole: true}).optional()
});

// No member must be there: a date would pass for options without any.
const schema = chosen((value) => ({
  schema: Object.prototype.toString.call(value) === "[object Object]" ? stated : passing(() => false, what),
  value
}));

/** Throws UserError with everything that is wrong with the options of a model on this machine. */
export function checkLocalOptions(where: string, options: unknown): void {
  assertChecked(where, schema, options);
}
