/** Sets the process's environment to this one, in place: Vitest keeps the object that its stubs are set in. */
export function setEnvironment(wanted: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in wanted)) delete process.env[name];
  Object.assign(process.env, wanted);
}
