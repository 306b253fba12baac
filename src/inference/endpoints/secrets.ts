import {proxySecrets} from "./proxySecrets.js";
import {EndpointError} from "./types.js";

/** Names of environment variables, never the secrets themselves. */
export interface SecretNames {
  /** Sent as `Authorization: Bearer …`. */
  apiKeyEnv?: string;
  /** Header name to environment variable, such as `{"api-key": "AZURE_OPENAI_API_KEY"}`. */
  headersEnv?: Record<string, string>;
}

export interface Secrets {
  /** Empty when the endpoint needs no key. */
  key: string;
  headers: Record<string, string>;
  /** Every secret value, the environment's proxies' among them, so that it can be hidden from messages and answers. */
  values: string[];
}

/** What HTTP allows in no header. */
const UNSENDABLE = /[^\t -~\x80-\xff]/;

export function secretNames({apiKeyEnv, headersEnv = {}}: SecretNames): string[] {
  return [...(apiKeyEnv ? [apiKeyEnv] : []), ...Object.values(headersEnv)];
}

/** The variables that the environment lacks. */
export function missingSecrets(names: SecretNames): string[] {
  return secretNames(names).filter((name) => !process.env[name]?.trim());
}

/**
 * Reads them from the environment; throws EndpointError "auth" that names each variable that is missing or that no header can hold.
 * @param proxies secrets of the environment's proxies, where they were read before: asking the environment costs more than the rest
 */
export function readSecrets(
  endpoint: string,
  names: SecretNames,
  proxies: string[] = proxySecrets()
): Secrets {
  const {apiKeyEnv, headersEnv = {}} = names;
  if (!apiKeyEnv && Object.keys(headersEnv).length === 0) return {key: "", headers: {}, values: proxies};
  const missing = missingSecrets(names);
  if (missing.length)
    throw new EndpointError(
      "auth",
      `The endpoint "${endpoint}" needs ${missing.join(" and ")} in the environment. Export it and run again.`
    );
  const unsendable = secretNames(names).filter((name) => UNSENDABLE.test(process.env[name]!.trim()));
  if (unsendable.length)
    throw new EndpointError(
      "auth",
      `The endpoint "${endpoint}" cannot send ${unsendable.join(" and ")}: a character in there may not stand in a header, such as a dash or quote that an editor has put in. Copy the key again.`
    );
  const key = apiKeyEnv ? process.env[apiKeyEnv]!.trim() : "";
  const headers = Object.fromEntries(
    Object.entries(headersEnv).map(([header, variable]) => [header, process.env[variable]!.trim()])
  );
  const own = [key, ...Object.values(headers).flatMap(withoutScheme)].filter(Boolean);
  return {key, headers, values: [...own, ...proxies]};
}

/** A header's value, and what stands behind "Basic" or the like: a server may tell that alone. */
function withoutScheme(value: string): string[] {
  const bare = value.replace(/^(?:basic|bearer|token|apikey|key)\s+/i, "");
  return bare === value ? [value] : [value, bare];
}
