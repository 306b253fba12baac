import type {CompletionRequest} from "./types.js";

/** The request that asks an endpoint of embeddings for the vectors of texts, in their order. */
export function embeddingRequest(model: string, texts: readonly string[]): CompletionRequest {
  // No token is generated: the dearest that the call can be is its prompt.
  return {model, messages: texts.map((content) => ({role: "user", content})), params: {max_tokens: 0}};
}

export function embeddedTexts({messages}: CompletionRequest): string[] {
  return messages.map(({content}) => content ?? "");
}

/** Vectors as a text that a journal can hold: a JSON list with each vector's 32-bit floats in base64. */
export function packVectors(vectors: readonly ArrayLike<number>[]): string {
  return JSON.stringify(
    vectors.map((vector) => Buffer.from(Float32Array.from(vector).buffer).toString("base64"))
  );
}

/** Throws for a text that `packVectors` did not write. */
export function unpackVectors(text: string): Float32Array[] {
  return (JSON.parse(text) as string[]).map((one) => {
    const bytes = Uint8Array.from(Buffer.from(one, "base64"));
    return new Float32Array(bytes.buffer);
  });
}
