import {isLoopback} from "./loopback.js";

/** The host of the environment's proxy that an origin is asked through, without its credentials; undefined where none is in the way. */
export function proxyHostOf(origin: string, env = process.env): string | undefined {
  const {protocol, host, hostname} = new URL(origin);
  if (isLoopback(hostname) || isExcepted(host, hostname, env.no_proxy ?? env.NO_PROXY ?? ""))
    return undefined;
  const encrypted = protocol === "https:" ? (env.https_proxy ?? env.HTTPS_PROXY) : undefined;
  const proxy = encrypted || (env.http_proxy ?? env.HTTP_PROXY);
  return proxy && URL.canParse(proxy) ? new URL(proxy).host : undefined;
}

function isExcepted(host: string, hostname: string, exceptions: string): boolean {
  return exceptions.split(/[,\s]+/).some((entry) => {
    const name = entry.toLowerCase().replace(/^\*?\./, "");
    return (
      name === "*" || name === host || name === hostname || (name !== "" && hostname.endsWith(`.${name}`))
    );
  });
}
