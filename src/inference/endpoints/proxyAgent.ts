import type {EnvHttpProxyAgent} from "undici";
import {statedProxies} from "./proxyHost.js";
import {EndpointError} from "./types.js";

const PROTOCOL = /^(https?|socks5?):$/;

/**
 * Opens the connections through the environment's proxies. Throws EndpointError that names the variable where one is no address that can
 * be asked through: undici's own error says neither that nor which.
 */
export function openProxyAgent(
  Agent: typeof EnvHttpProxyAgent,
  limits: {headersTimeout: number; bodyTimeout: number}
): EnvHttpProxyAgent {
  for (const proxy of Object.values(statedProxies()))
    if (proxy && !isAddress(proxy.value))
      throw new EndpointError(
        "bad-request",
        `${proxy.variable} in the environment is no address of a proxy, such as http://user:password@proxy.example:3128. Correct or unset it. Nothing was asked.`
      );
  return new Agent({...limits, proxyTunnel: false});
}

function isAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const {protocol, hostname, username, password} = new URL(value);
  return PROTOCOL.test(protocol) && hostname !== "" && isEncoded(username) && isEncoded(password);
}

/** Undici decodes both. */
function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
