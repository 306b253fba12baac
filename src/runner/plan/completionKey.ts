import {hash} from "node:crypto";
import type {Message, ModelParameters, Tool} from "../../endpoints/types.js";
import {canonicalJson} from "../../store/index.js";

/** What a completion's key is made of beside the messages. */
export interface KeyParts {
  identity: Record<string, string>;
  model: string;
  params?: ModelParameters;
  tools?: Tool[];
}

/** Canonical JSON of messages, as `completionKeys` takes it: one text for all candidates of a row. */
export function messagesJson(messages: readonly Message[]): string {
  return canonicalJson(messages);
}

/**
 * Gives the function from (messages, repeat, row) to a completion's key: SHA-256 (hex) of the canonical JSON of
 * identity, messages, model, params, repeat and tools. `row` is for recordings only, whose answer depends on the
 * row asked about and not on the messages. What is the same for all rows is written once.
 */
export function completionKeys(parts: KeyParts): (messages: string, repeat: number, row?: string) => string {
  const identity = canonicalJson(parts.identity);
  const model = canonicalJson(parts.model);
  const params = canonicalJson(parts.params ?? {});
  const tools = canonicalJson(parts.tools ?? []);
  return (messages, repeat, row) =>
    hash(
      "sha256",
      `{"identity":${identity},"messages":${messages},"model":${model},"params":${params},"repeat":${repeat}${
        row === undefined ? "" : `,"row":${JSON.stringify(row)}`
      },"tools":${tools}}`
    );
}
