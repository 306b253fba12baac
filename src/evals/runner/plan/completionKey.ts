import {hash} from "node:crypto";
import type {Message, ModelParameters, ToolDefinition} from "../../../inference/endpoints/types.js";
import {canonicalJson} from "../../../base/system/index.js";

/** What a completion's key is made of beside the messages. */
export interface KeyParts {
  identity: Record<string, string>;
  model: string;
  params?: ModelParameters;
  tools?: ToolDefinition[];
}

/** Canonical JSON of messages, as `completionKeys` takes it: one text for all candidates of a row. */
export function messagesJson(messages: readonly Message[]): string {
  const plain = Array.from(messages, (message) => isPlain(message) && plainJson(message));
  return plain.includes(false) ? canonicalJson(messages) : `[${plain.join(",")}]`;
}

/** Whether a message has a role and a text and no more: what prompts are nearly always made of. */
function isPlain(message: unknown): boolean {
  if (typeof message !== "object" || message === null || "toJSON" in message) return false;
  const names = Object.keys(message);
  if (names.length !== 2 || !names.includes("role") || !names.includes("content")) return false;
  const {role, content} = message as Partial<Message>;
  return typeof role === "string" && typeof content === "string";
}

const plainJson = ({role, content}: Message) =>
  `{"content":${JSON.stringify(content)},"role":${JSON.stringify(role)}}`;

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
