import {isLoopback} from "./apiUrl.js";

/** The variables that name a proxy, in the order in which undici reads them. */
const VARIABLES = {http: ["http_proxy", "HTTP_PROXY"], https: ["https_proxy", "HTTPS_PROXY"]} as const;

/** A proxy as a variable of the environment states it. */
interface StatedProxy {
  variable: string;
  value: string;
}

/** The proxies of the environment, each undefined where there is none. */
export function statedProxies(env = process.env): {http?: StatedProxy; https?: StatedProxy} {
  return {http: firstSet(VARIABLES.http, env), https: firstSet(VARIABLES.https, env)};
}

/** An empty variable in small letters switches a proxy off. */
function firstSet(names: readonly string[], env: NodeJS.ProcessEnv): StatedProxy | undefined {
  const variable = names.find((name) => env[name] !== undefined);
  const value = variable === undefined ? undefined : env[variable];
  return variable !== undefined && value ? {variable, value} : undefined;
}

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
