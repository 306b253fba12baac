import {
  type Embed,
  embeddingRequest,
  embedFunction,
  type Endpoint,
  type TokenPrice,
  type Trust,
  unpackVectors
} from "../../inference/endpoints/index.js";
import {isEndpointError} from "../../inference/endpoints/types.js";
import {checkReferences, noReference, references} from "./references.js";
import {anyObject, checkOptions, func, oneOfOption, required, text} from "./scorerOptions.js";
import {isCallsAlone} from "./shownAnswer.js";
import {withSettings} from "./scorerVersion.js";
import type {Scorer} from "./types.js";

/** A server of embeddings, or a function that gives them. */
export type EmbeddingOptions =
  | {
      /** Of `embeddingEndpoint`. */
      endpoint: Endpoint;
      model: string;
    }
  | {
      /** One vector a text, in order; `{vectors, promptTokens}` where its service tells the tokens that it bills. */
      embed: Embed;
      /** Names the encoder and its version: another encoder gives other scores. */
      encoder: string;
      /** "local" for an encoder in this process; "external" unless told, since nothing shows where a function sends texts. */
      trust?: Trust;
      /** What a call costs; a budget needs it unless the function is local. */
      price?: TokenPrice;
    };

/**
 * Cosine between the embeddings of the output and the nearest reference, -1 to 1, in one call a score. An encoder that gives
 * vectors of different lengths, or one that is all zeros or not finite, is a failure: there is no angle to measure. So is an answer that
 * calls tools and says nothing.
 *
 * @example `await embeddingSimilarity({encoder: "counts of a and b", embed: async (texts) => texts.map((text) => ["a", "b"].map((letter) => text.split(letter).length - 1))})({output: "aab", expected: "ab", row: {id: "1"}})` gives `0.9487`
 */
export function embeddingSimilarity(options: EmbeddingOptions): Scorer {
  if ("endpoint" in options)
    checkOptions<typeof options>("embeddingSimilarity", options, {
      endpoint: required(anyObject),
      model: required(text)
    });
  else
    checkOptions<typeof options>("embeddingSimilarity", options, {
      embed: required(func),
      encoder: required(text),
      trust: oneOfOption("local", "internal", "contract", "external"),
      price: anyObject
    });
  const [endpoint, model] =
    "embed" in options ? [embedFunction(options), options.encoder] : [options.endpoint, options.model];
  const score: Scorer = async (input) => {
    const {output, expected, row, calls, signal} = input;
    const wanted = references(expected);
    if (!wanted) return noReference;
    if (isCallsAlone(input))
      return {failed: "the answer is calls of tools without a text, and an encoder compares texts"};
    const request = embeddingRequest(model, [output, ...wanted]);
    const asked = {rowId: row.id, judged: output, signal};
    const answer = await (
      calls ? calls.ask(endpoint, request, asked) : endpoint.complete(request, asked)
    ).catch((error: unknown) => {
      if (isEndpointError(error) && error.kind !== "aborted") return {failed: error.message};
      throw error;
    });
    if ("failed" in answer) return {failed: `${model} gave no vectors: ${answer.failed}`};
    const [given, ...vectors] = unpackVectors(answer.text);
    const cosines = vectors.map((vector) => cosine(given!, vector));
    if (cosines.length !== wanted.length || !cosines.every(Number.isFinite))
      return {failed: `encoder ${model} gave no usable vector for the output or a reference`};
    return Math.max(...cosines);
  };
  return withSettings(score, "embed" in options ? {encoder: model} : {endpoint: endpoint.name, model}, {
    module: import.meta.url,
    check: checkReferences,
    asks: endpoint,
    asksModel: model,
    binary: false,
    bounds: [-1, 1]
  });
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN;
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return Math.max(-1, Math.min(1, dot / Math.sqrt(aa * bb)));
}
