import {spawnSync} from "node:child_process";
import {describe, it} from "vitest";

/** Debian's Python, whose packages are the other implementation; a version manager's own has none of them. */
export const PYTHON = "/usr/bin/python3";

/** Why these modules cannot be used, or undefined when they can. */
export function missingModules(...modules: string[]): string | undefined {
  const {status, error} = spawnSync(PYTHON, ["-c", `import ${modules.join(", ")}`]);
  if (status === 0) return undefined;
  const packages = modules.map((name) => `python3-${name.split(".")[0]}`);
  return error
    ? `there is no ${PYTHON}`
    : `${PYTHON} lacks ${[...new Set(packages)].join(", ")} (apt-get install)`;
}

/** Tests that need Python's modules: skipped with a printed reason, but failing where CI should have them. */
export function describeWithPython(title: string, modules: readonly string[], tests: () => void): void {
  const missing = missingModules(...modules);
  if (missing !== undefined && process.env.CI === "true")
    describe(title, () => {
      it("needs Python's modules", () => {
        throw new Error(missing);
      });
    });
  else {
    if (missing !== undefined) console.log(`Skipped: ${title}, because ${missing}.`);
    describe.skipIf(missing !== undefined)(title, tests);
  }
}
