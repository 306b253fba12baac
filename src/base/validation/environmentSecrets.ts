const SECRET_NAME = /key|token|secret|passw|credential|auth/i;
const SHORTEST = 8;

/** Hides the values of the environment's variables that are secrets by their names, in a text or in the JSON of one. */
export function withoutEnvironmentSecrets(text: string, env: NodeJS.ProcessEnv = process.env): string {
  let hidden = text;
  for (const [name, value] of Object.entries(env))
    if (value && value.length >= SHORTEST && SECRET_NAME.test(name))
      for (const written of new Set([value.trim(), JSON.stringify(value.trim()).slice(1, -1)]))
        hidden = hidden.replaceAll(written, "***");
  return hidden;
}
