const SECRET_NAME =
  /(^|[-_.])(api|access|subscription|account|shared|private)?[-_]?(key|token|secret|sig|signature|passw(or)?d|auth|authorization|credentials?|code|jwt|sas)$/i;

/** Whether a query parameter of an endpoint's address holds a secret, by its name or by what its value looks like. */
function isSecret(name: string, value: string): boolean {
  return (
    SECRET_NAME.test(name) || (/^[\w+/=.-]{20,}$/.test(value) && /\d/.test(value) && /[a-z]/i.test(value))
  );
}

/** An endpoint's query as it may be stored: what is secret in it is "hidden". */
export function withoutSecretValues(query: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, isSecret(name, value) ? "hidden" : value])
  );
}

/** Values of a query that no message and no answer may show. */
export function secretQueryValues(query: Record<string, string> = {}): string[] {
  return Object.entries(query).flatMap(([name, value]) =>
    value !== "" && isSecret(name, value) ? [value] : []
  );
}
