/** The variables that name a proxy, in the order in which undici reads them. */
const VARIABLES = {http: ["http_proxy", "HTTP_PROXY"], https: ["https_proxy", "HTTPS_PROXY"]} as const;

/** A proxy as a variable of the environment states it. */
export interface StatedProxy {
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
