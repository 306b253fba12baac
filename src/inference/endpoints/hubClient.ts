import type {InferenceClient} from "@huggingface/inference";
import {jsonEvents} from "./eventStream.js";

type ChatArguments = Parameters<InferenceClient["chatCompletion"]>[0];

/** What is asked through the hub, and by whom. */
export interface HubCall {
  key: string;
  body: object;
  fetch: typeof globalThis.fetch;
}

/** Chat through the Hugging Face client, which knows where the hub sends a model's requests. */
export interface InferenceProvidersClient {
  /** The answer's JSON; `received` tells the last that came, which the client may refuse. */
  complete(call: HubCall, received: () => unknown): Promise<unknown>;
  stream(call: HubCall): AsyncGenerator<unknown>;
}

export function inferenceProviders(): InferenceProvidersClient {
  const clients = new Map<string, InferenceClient>();
  const clientFor = async (key: string) => {
    let client = clients.get(key);
    if (!client) {
      // Loaded on first use: a definition file that lists ten endpoints must stay cheap to import.
      const {InferenceClient} = await import("@huggingface/inference");
      // The client's own retry repeats a 503 at once and for ever.
      clients.set(key, (client = new InferenceClient(key, {retry_on_error: false})));
    }
    return client;
  };
  return {
    async complete({key, body, fetch}, received) {
      const client = await clientFor(key);
      return client.chatCompletion(body as ChatArguments, {fetch}).catch((error: unknown) => {
        // The client refuses a hosted answer without usage; our own schema decides instead.
        if ((error as Error).name === "ProviderOutputError" && received() !== undefined) return received();
        throw error;
      });
    },
    async *stream({key, body, fetch}) {
      const client = await clientFor(key);
      let answer: Response | undefined;
      // The client gives up at `error: null` and at a last event without its empty line: it sends, and we read.
      const kept: typeof fetch = async (input, init) => {
        const response = await fetch(input, init);
        if (init?.method !== "POST") return response;
        answer = response;
        return endedStream();
      };
      for await (const chunk of client.chatCompletionStream(body as ChatArguments, {fetch: kept})) void chunk;
      if (answer) yield* jsonEvents(answer);
    }
  };
}

/** A streamed answer without an event, as the client reads it. Made when asked for: Node loads its fetch for `Headers`. */
const endedStream = () =>
  ({
    ok: true,
    status: 200,
    headers: new Headers({"content-type": "text/event-stream"}),
    body: {getReader: () => ({read: async () => ({done: true}), releaseLock: () => undefined})}
  }) as unknown as Response;
