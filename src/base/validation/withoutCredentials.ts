const SECRET_NAME =
  /(^|[-_.])(api|access|subscription|account|shared|private)?[-_]?(key|token|secret|sig|signature|passw(or)?d|auth|authorization|credentials?|code|jwt|sas)$/i;

/** Whether a query parameter of an address holds a secret, by its name or by what its value looks like. */
export function isSecretParameter(name: string, value: string): boolean {
  return (
    SECRET_NAME.test(name) || (/^[\w+/=.-]{20,}$/.test(value) && /\d/.test(value) && /[a-z]/i.test(value))
  );
}

/** A text whose addresses have no user info; the values of their secret parameters are "hidden". */
export function withoutCredentials(text: string): string {
  if (!text.includes("://")) return text;
  return text.replaceAll(
    /([a-z][a-z\d+.-]*:\/\/)([^\s"'<>`]+)/gi,
    (_address, scheme: string, rest: string) => scheme + withoutSecretValues(withoutUser(scheme, rest))
  );
}

function withoutUser(scheme: string, rest: string): string {
  // A password may hold what ends the host, and the address is none then.
  const end = URL.canParse(scheme + rest) ? rest.search(/[/?#]|$/) : rest.length;
  return rest.slice(rest.lastIndexOf("@", end - 1) + 1);
}

function withoutSecretValues(address: string): string {
  return address.replaceAll(
    /([?&#;])(?:([^=&#;?]*)=)?([^&#;?]*)/g,
    (part, sign: string, name = "", value: string) =>
      value !== "" && isSecretParameter(decoded(name), decoded(value))
        ? `${sign}${name === "" ? "" : `${name}=`}hidden`
        : part
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const SECRET_VARIABLE = /key|token|secret|passw|credential|auth/i;

const SHORTEST = 8;

/** Hides the values of the environment's variables that are secrets by their names, in a text or in the JSON of one. */
export function withoutEnvironmentSecrets(text: string, env: NodeJS.ProcessEnv = process.env): string {
  let hidden = text;
  for (const [name, value] of Object.entries(env))
    if (value && value.length >= SHORTEST && SECRET_VARIABLE.test(name))
      for (const written of new Set([value.trim(), JSON.stringify(value.trim()).slice(1, -1)]))
        hidden = hidden.replaceAll(written, "***");
  return hidden;
}
