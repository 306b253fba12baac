/** One message of a conversation, as chat templates read it. Templates may read further fields, such as `reasoning_content`. */
export interface ChatMessage {
  role: string;
  content?: unknown;
  [field: string]: unknown;
}

/** What a template reads beside the messages. */
export interface ChatContext {
  /** Tool definitions, as OpenAI-compatible servers take them. */
  tools?: readonly unknown[];
  /** Further variables: special tokens (`bos_token`, `eos_token`), `date_string`, switches such as `enable_thinking`. */
  variables?: Readonly<Record<string, unknown>>;
  /** What templates get when they ask for today, so that a prompt is the same on any day. Default 26 July 2024. */
  today?: Date;
}

/** From the first character (counted in UTF-16 units) to the one after the last. */
export type TextSpan = readonly [from: number, to: number];
