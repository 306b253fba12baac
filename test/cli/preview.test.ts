// @module-tag long
import {spawnSync} from "node:child_process";
import {readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect, it, vi} from "vitest";
import {lastWords} from "../../src/cli/report/preview/previewLines.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {dev, setUpPreview, SOUND, started} from "./support/previewed.js";

/** Undefined for what is no living process. */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}

setUpPreview();

it(
  "outlives a configuration that breaks: it says where, on the page too, and shows the report again when it is mended",
  {timeout: 240_000},
  async () => {
    const {write, page, comes, said} = await started();
    await comes(200);
    write("observablehq.config.ts", "export default {\n  title: <b>,\n  pages {\n};\n");
    await comes(503);
    expect((await page()).text).toMatch(
      /<pre>There is no preview: observablehq\.config\.ts:\d+:\d+: [^<]+<\/pre>/
    );
    expect(said()).toMatch(/assay: the preview has ended: observablehq\.config\.ts:\d+:\d+: \S+/);
    expect(said().split("the preview has ended").length).toBe(2);
    expect(said()).not.toContain("triggerUncaughtException");
    write("observablehq.config.ts", SOUND.replace("title,", 'title: "Mended",'));
    await comes(200);
    expect((await page()).text).toContain("Mended");
  }
);

it.skipIf(process.platform !== "linux")(
  "leaves no preview behind when it is killed",
  async () => {
    const children = readdirSync("/proc").filter((pid) => parentOf(pid) === dev!.pid);
    expect(children.length).toBeGreaterThan(0);
    const gone = new Promise((end) => dev!.once("exit", end));
    dev!.kill("SIGKILL");
    await gone;
    await vi.waitUntil(() => children.every((pid) => parentOf(pid) === undefined), {timeout: 20_000});
  },
  120_000
);

it("finds the place and the error in what Node prints of a JavaScript file at its end", async () => {
  const project = await temporaryProject();
  const file = join(project, "observablehq.config.mjs");
  const wordsOf = (text: string) => {
    writeFileSync(file, text);
    return lastWords(spawnSync(process.execPath, [file], {encoding: "utf8"}).stderr, project);
  };
  expect(wordsOf("export default {\n  a {\n};\n")).toBe(
    "observablehq.config.mjs:2: SyntaxError: Unexpected token '{'"
  );
  expect(wordsOf('\nthrow new RangeError("too far");\n')).toBe(
    "observablehq.config.mjs:2: RangeError: too far"
  );
  expect(wordsOf("process.exit(3)")).toBeUndefined();
  rmSync(file);
});
