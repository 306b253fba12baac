import {spawn} from "node:child_process";
import {existsSync, mkdirSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {LocalFolder, withLease} from "../../src/store/index.js";
import {compiled} from "../support/compiledEngine.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

it("waits for another build of the same site, and says for which", async () => {
  const project = await temporaryProject();
  mkdirSync(join(project, "evals"));
  const begun = join(project, "begun");
  writeFileSync(
    join(project, "observablehq.config.js"),
    `import {writeFileSync} from "node:fs";
writeFileSync(${JSON.stringify(begun)}, "");
throw new Error("no pages here");`
  );
  let said = "";
  let ended: Promise<number | null>;
  await withLease(
    new LocalFolder(join(project, ".assay")),
    "locks/site.json",
    {what: "A build of the site"},
    async () => {
      const child = spawn(process.execPath, [compiled("bundle/main.js"), "build"], {
        cwd: project,
        env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay"), NO_COLOR: "1"}
      });
      ended = new Promise((resolve) => child.once("close", resolve));
      await new Promise<void>((resolve) => {
        void ended.then(() => resolve());
        child.stderr.on("data", (data: Buffer) => {
          said += data.toString();
          if (said.includes("waiting for it")) resolve();
        });
      });
      expect(existsSync(begun)).toBe(false);
    }
  );
  expect(await ended!).not.toBe(0);
  expect(existsSync(begun)).toBe(true);
  expect(said).toMatch(
    new RegExp(`A build of the site is under way in process ${process.pid} since \\S+; waiting for it`)
  );
  expect(said).toContain("no pages here");
});
