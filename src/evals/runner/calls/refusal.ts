import type {CallError} from "./executor.js";

/**
 * Why an endpoint answers no further call, after a call that ended so: it refuses the key, or the account's quota is used up.
 * Undefined where others may be answered: a server that has answered takes the key, and its 403 is about what was asked.
 */
export function refusalOf(
  name: string,
  error: CallError | undefined,
  hasAnswered: boolean
): string | undefined {
  if (error?.kind !== "auth" || (error.status === 403 && !error.usedUp && hasAnswered)) return undefined;
  return `${name} refused the key: ${withoutName(error.message, name)}`;
}

const withoutName = (message: string, name: string) =>
  message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
