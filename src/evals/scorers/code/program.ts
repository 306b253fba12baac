import {randomBytes} from "node:crypto";
import type {CodeLanguage} from "./fencedCode.js";

/** Code and its tests as files, with what each says on descriptor 3. */
export interface Program {
  language: CodeLanguage;
  /** By name. */
  files: Readonly<Record<string, string>>;
  /** The file that is run. */
  main: string;
  /** The file that JavaScript loads before. */
  prelude?: string;
  /** Said on descriptor 3 before any of the code runs: without it the sandbox has not come so far. */
  started: string;
  /** Said on descriptor 3 after the last test: code that ends the process before has not passed. */
  passed: string;
}

const REPORT = `globalThis.process.getBuiltinModule("node:fs").writeSync(3, `;

/** JavaScript that is a module by its first words is run as one; `require` and a strict `assert` are there in both. */
function isModule(text: string): boolean {
  return /^\s*(import\b(?!\s*\()|export\b|await\b)/m.test(text);
}

/** Puts the tests behind the code, in one file: tests see what the code declares. */
export function programOf(language: CodeLanguage, code: string, tests: string): Program {
  const started = "started\n";
  const passed = `${randomBytes(16).toString("hex")}\n`;
  if (language === "python")
    return {
      language,
      main: "run.py",
      files: {
        "run.py": [
          `import os, runpy, sys`,
          `os.write(3, ${JSON.stringify(started)}.encode())`,
          `runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "program.py"), run_name="__main__")`,
          `sys.stdout.flush()`,
          `os.write(3, ${JSON.stringify(passed)}.encode())`,
          ``
        ].join("\n"),
        "program.py": `${code}\n\n${tests}\n`
      },
      started,
      passed
    };
  const main = isModule(`${code}\n${tests}`) ? "program.mjs" : "program.cjs";
  return {
    language,
    main,
    prelude: "prelude.cjs",
    files: {
      "prelude.cjs": `globalThis.assert = require("node:assert/strict");\nglobalThis.require = require;\n${REPORT}${JSON.stringify(started)});\n`,
      [main]: `${code}\n;\n${tests}\n;${REPORT}${JSON.stringify(passed)});\n`
    },
    started,
    passed
  };
}
