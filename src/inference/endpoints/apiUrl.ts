import {UserError} from "../../base/validation/errors.js";

/** The address of a service's call under a base address in any of its usual forms. Throws UserError when it is none. */
export function apiUrl(name: string, baseUrl: string, call: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new UserError(
      `endpoint "${name}": baseUrl must be an http or https address, found ${JSON.stringify(baseUrl)}`
    );
  if (url.username || url.password || url.search)
    throw new UserError(
      `endpoint "${name}": baseUrl holds credentials or a query. Use apiKeyEnv, headersEnv or query.`
    );
  const base = baseUrl.trim().replace(/\/+$/, "");
  if (base.endsWith(call)) return base;
  if (/\/(v\d+\w*|openapi|inference|openai\/deployments\/[^/]+|v1beta\/openai)$/.test(base))
    return `${base}${call}`;
  return `${base}/v1${call}`;
}

/** Whether a host's name is one that only this machine answers to. */
export function isLoopback(hostname: string): boolean {
  return /^(.+\.)?localhost$|^127(\.\d{1,3}){3}$|^(\[?::1\]?)$/i.test(hostname);
}
