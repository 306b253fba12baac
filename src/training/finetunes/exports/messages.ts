export interface TrainingMessage {
  role: string;
  content?: unknown;
  [name: string]: unknown;
}

/** A column as messages: those that it holds, as a list or its JSON, or its text as one message of `role`. Undefined when it is empty. */
export function messagesOf(value: unknown, role: string): TrainingMessage[] | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  if (Array.isArray(value)) return value as TrainingMessage[];
  if (typeof value !== "string") return [{role, content: JSON.stringify(value)}];
  if (value.startsWith("[")) {
    try {
      const parsed: unknown = JSON.parse(value);
      if (areMessages(parsed)) return parsed;
    } catch {
      // Text that begins with a bracket is text.
    }
  }
  return [{role, content: value}];
}

const ROLES = new Set(["system", "developer", "user", "assistant", "tool", "function"]);

/** Whether a value is a list of messages. A list of other objects, such as people with their roles, is not. */
export function areMessages(value: unknown): value is TrainingMessage[] {
  return Array.isArray(value) && value.length > 0 && (value as unknown[]).every(isMessage);
}

function isMessage(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const {role, ...rest} = value as TrainingMessage;
  return ROLES.has(role) && ["content", "tool_calls", "function_call"].some((name) => name in rest);
}
