import {execFile} from "node:child_process";
import {mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {expect, it} from "vitest";
import {compiled} from "../../support/compiledEngine.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

it("a page loader says what the user has to mend without a stack, and fails; a fault of its own keeps the stack", async () => {
  const project = await temporaryProject();
  mkdirSync(join(project, "evals"));
  const engine = (path: string) => JSON.stringify(pathToFileURL(compiled(path)).href);
  const loaded = async (thrown: string) => {
    const loader = join(project, "loader.mjs");
    writeFileSync(
      loader,
      `import {UserError} from ${engine("base/validation/index.js")};
       import {printAnswer as print} from ${engine("report/site/print.js")};
       await print(() => Promise.reject(${thrown}));`
    );
    return new Promise<{code: unknown; stdout: string; stderr: string}>((resolve) =>
      execFile(
        process.execPath,
        [loader],
        {env: {...process.env, ASSAY_PROJECT: project}},
        (error, stdout, stderr) => resolve({code: error?.code, stdout, stderr})
      )
    );
  };
  expect(await loaded('new UserError("Set publish to masked.")')).toEqual({
    code: 1,
    stdout: "",
    stderr: "\nassay: Set publish to masked.\n"
  });
  const broken = await loaded('new Error("a fault")');
  expect(broken.code).toBe(1);
  expect(broken.stderr).toMatch(/Error: a fault\n\s+at /);
});
