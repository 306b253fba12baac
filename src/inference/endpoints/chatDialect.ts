/** A protocol other than OpenAI's chat completions, by how it is translated to and from them. */
export interface ChatDialect {
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** The body of a request, from that of a chat completion. */
  body(completion: Readonly<Record<string, unknown>>): object;
  /** A chat completion from an answer; what is no answer of the protocol, such as an error, stays as it is. */
  answer(json: unknown): unknown;
  /** Chunks of a streamed chat completion from the protocol's events. */
  chunks(events: AsyncIterable<unknown>): AsyncIterable<unknown>;
}
