import {IGNORED, type SoftLabel, type TokenExample} from "../../trainer/index.js";
import {UserError} from "../../../base/validation/index.js";
import {isObject} from "../../../base/validation/isObject.js";
import {following} from "./textParts.js";
import type {TextReader} from "./tokenizer.js";

/** How a teacher's probabilities are learned beside its words. */
export interface SoftLabels {
  /** Share of the loss that is the KL divergence from the teacher's likeliest tokens; the rest is cross-entropy. Default 0.5. */
  share?: number;
  /** Column with the log probabilities of the answer's tokens and of their alternatives, as JSON; default "logprobs". */
  column?: string;
}

interface TokenLikelihood {
  token: string;
  logprob: number;
}

/**
 * An example with the teacher's shares of its likeliest tokens, made to sum to 1, at each token of the answer. Undefined where the
 * answer's tokens are not the teacher's: models with other tokenizers learn its words alone. Throws a UserError for a column that
 * holds no log probabilities.
 */
export function softExample(
  example: TokenExample,
  given: unknown,
  reader: Pick<TextReader, "encode">,
  {share = 0.5, column = "logprobs"}: SoftLabels
): TokenExample | undefined {
  const said = likelihoodsIn(given, column);
  if (said.length === 0) return undefined;
  const first = example.labels.findIndex((label) => label !== IGNORED);
  const idOf = ({token}: TokenLikelihood) => {
    const ids = token === "" ? [] : following(reader.encode, token);
    return ids.length === 1 ? ids[0] : undefined;
  };
  const soft = example.ids.map((): SoftLabel | null => null);
  for (const [i, one] of said.entries()) {
    const label = example.labels[first + i];
    // A server may tell the token that ends the answer too, in words of its own.
    const isEnd = i === said.length - 1 && i > 0;
    if (label === undefined || label === IGNORED || idOf(one) !== label) {
      if (isEnd) break;
      return undefined;
    }
    soft[first + i] = softLabel(label, [one, ...one.top], idOf, share);
  }
  return {...example, soft};
}

function softLabel(
  label: number,
  likely: readonly TokenLikelihood[],
  idOf: (one: TokenLikelihood) => number | undefined,
  share: number
): SoftLabel {
  const found = new Map<number, number>();
  for (const one of likely) {
    const id = idOf(one);
    if (id !== undefined && !found.has(id)) found.set(id, Math.exp(one.logprob));
  }
  const all = [...found.values()].reduce((sum, probability) => sum + probability, 0);
  const shares = [...found].map(([token, probability]) => ({token, q: probability / all}));
  return {
    tokens: shares.map(({token}) => token),
    shares: shares.map(({token, q}) => share * q + (token === label ? 1 - share : 0)),
    entropy: share * shares.reduce((sum, {q}) => (q > 0 ? sum + q * Math.log(q) : sum), 0)
  };
}

function likelihoodsIn(given: unknown, column: string): (TokenLikelihood & {top: TokenLikelihood[]})[] {
  let value = given;
  if (typeof given === "string")
    try {
      value = JSON.parse(given);
    } catch {
      value = undefined;
    }
  if (value === null || (Array.isArray(value) && value.length === 0)) return [];
  if (!Array.isArray(value) || !value.every(isLikelihood))
    throw new UserError(
      `column "${column}" holds no log probabilities: ask the teacher for them (\`params: {logprobs: true, top_logprobs: 5}\`) and take \`answersOf(…, {form: "soft"})\``
    );
  return value.map(({token, logprob, top}) => ({
    token,
    logprob,
    top: Array.isArray(top) ? top.filter(isLikelihood) : []
  }));
}

const isLikelihood = (one: unknown): one is TokenLikelihood & {top?: unknown} =>
  isObject(one) && typeof one.token === "string" && typeof one.logprob === "number";
