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
  text,
  optionalCount
} from "../../base/validation/checked.js";
import type {StatedHosting} from "../../base/costs/index.js";
import type {TokenPrice} from "../endpoints/types.js";
import type {Workspace} from "../../base/store/index.js";
import type {EngineOptions} from "./request.js";

export interface LocalModelOptions extends Pick<
  EngineOptions,
  "threads" | "parallel" | "contextTokens" | "gpuLayers" | "exact" | "openAll"
> {
  /** The endpoint's name; default "this machine". */
  name?: string;
  /** What the weights are stored as: "f16", "q8_0", "q4_k_m" … Default: as the checkpoint has them. */
  type?: string;
  /** Adapters by the model names that choose them: paths, ids of the store, repositories. */
  adapters?: Readonly<Record<string, string>>;
  /** The chat template, where the model has none or another is wanted. */
  chatTemplate?: string;
  /** Variables of the template, such as `enable_thinking`. */
  templateVariables?: Readonly<Record<string, unknown>>;
  /** What a template gets for today. Default 26 July 2024: the same prompt on any day. */
  today?: Date;
  /** llama.cpp's name for how the tokenizer splits text, where tokenizer.json does not tell it. */
  preTokenizer?: string;
  hosting?: StatedHosting;
  price?: TokenPrice;
  /** Fetch nothing: of the hub the commit fetched last is taken, and without one NotMade is thrown. */
  onlyKnown?: boolean;
  /** Default: the one of the project that commands work in. */
  workspace?: Workspace;
  onProgress?(message: string): void;
}

/** Sequences of one context, at most, in llama.cpp. */
const MOST_PARALLEL = 256;

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
  threads: optionalCount(),
  parallel: number({least: 1, most: MOST_PARALLEL, whole: true}).optional(),
  exact: flag().optional(),
  openAll: flag().optional(),
  onlyKnown: flag().optional(),
  contextTokens: optionalCount(),
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
