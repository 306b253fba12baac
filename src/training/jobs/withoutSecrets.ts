import {hidden, hideSecrets} from "../../inference/endpoints/index.js";

const SECRET_NAME = /(api|access)[-_]?key$|token$|secret|signed_?url/i;

/** What a service said with the values of secrets hidden in every text, and texts under a name such as "apiKey" as a whole. */
export function maskSecrets<T>(said: T, secrets: readonly string[]): T {
  return hiddenIn(said, secrets) as T;
}

function hiddenIn(said: unknown, secrets: readonly string[]): unknown {
  if (typeof said === "string") return hideSecrets(said, secrets);
  if (Array.isArray(said)) return said.map((one) => hiddenIn(one, secrets));
  if (typeof said !== "object" || said === null) return said;
  return Object.fromEntries(
    Object.entries(said).map(([name, value]) => [
      name,
      SECRET_NAME.test(name) && typeof value === "string" && value !== "" ? hidden : hiddenIn(value, secrets)
    ])
  );
}
