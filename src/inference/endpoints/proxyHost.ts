import {isLoopback} from "./loopback.js";
import {statedProxies} from "./proxies.js";

/** The host of the environment's proxy that an origin is asked through, without its credentials; undefined where none is in the way. */
export function proxyHostOf(origin: string, env = process.env): string | undefined {
  const {protocol, host, hostname} = new URL(origin);
  if (isLoopback(hostname) || isExcepted(host, hostname, env.no_proxy ?? env.NO_PROXY ?? ""))
    return undefined;
  const {http, https} = statedProxies(env);
  const {value} = (protocol === "https:" && https) || http || {};
  return value && URL.canParse(value) ? new URL(value).host : undefined;
}

function isExcepted(host: string, hostname: string, exceptions: string): boolean {
  return exceptions.split(/[,\s]+/).some((entry) => {
    const name = entry.toLowerCase().replace(/^\*?\./, "");
    return (
      name === "*" || name === host || name === hostname || (name !== "" && hostname.endsWith(`.${name}`))
    );
  });
}
