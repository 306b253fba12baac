import {type ChildProcess, spawn, spawnSync} from "node:child_process";
import {mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {afterAll, expect, it, vi} from "vitest";
import {lastWords} from "../../src/cli/lastWords.js";
import {compiled} from "../support/compiledEngine.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const SOUND = `import {title} from "./lib/title.js";\nexport default {root: "src", title, pages: []};\n`;

let dev: ChildProcess | undefined;
const ended = async () => {
  if (!dev || dev.exitCode !== null || dev.signalCode !== null) return;
  const gone = new Promise((end) => dev!.once("close", end));
  dev.kill("SIGINT");
  await gone;
};
afterAll(ended);

/** `assay dev` of a site of one page, what it has said, and what it answers a browser. */
async function started(config = SOUND) {
  await ended();
  const project = await temporaryProject();
  for (const folder of ["evals", "src", "lib"]) mkdirSync(join(project, folder));
  symlinkSync(resolve(import.meta.dirname, "../../node_modules"), join(project, "node_modules"));
  const write = (path: string, text: string) => writeFileSync(join(project, path), text);
  write("package.json", '{"type": "module"}');
  write("src/index.md", "# A page\n");
  write("lib/title.ts", 'export const title = "One";\n');
  write("observablehq.config.ts", config);
  dev = spawn(process.execPath, [compiled("bundle/main.js"), "dev", "--port", "0"], {
    cwd: project,
    env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay"), NO_COLOR: "1"}
  });
  let said = "";
  for (const stream of [dev.stdout!, dev.stderr!])
    stream.on("data", (part: Buffer) => (said += part.toString()));
  const until = (isSo: () => boolean | Promise<boolean>, what: string) =>
    vi.waitUntil(isSo, {timeout: 100_000, interval: 200}).catch(() => {
      throw new Error(`${what} did not come:\n${said}`);
    });
  await until(() => said.includes("The report is at"), "the address");
  const url = /http:\/\/localhost:\d+\//.exec(said)![0];
  const page = async () => {
    const answer = await fetch(url, {headers: {accept: "text/html"}});
    return {status: answer.status, text: await answer.text()};
  };
  const comes = (status: number) =>
    until(async () => (await page()).status === status, `a page of ${status}`);
  return {project, write, page, comes, said: () => said};
}

it("outlives a configuration that breaks: it says where, on the page too, and shows the report again when it is mended", async () => {
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
}, 240_000);

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

it("starts with a configuration that is broken, in a file that it imports, and shows no markup of the error", async () => {
  const broken = 'throw new Error("no <b>title</b> & nothing");\nexport const title = "";\n';
  const {write, page, comes, said} = await started(
    'import {title} from "./lib/none.js";\nexport default {title};\n'
  );
  await comes(503);
  expect((await page()).text).toContain("none.js");
  write("lib/title.ts", broken);
  write("observablehq.config.ts", SOUND);
  await vi.waitUntil(() => said().includes("nothing"), {timeout: 60_000});
  expect((await page()).text).toContain("lib/title.ts:1: Error: no &lt;b&gt;title&lt;/b&gt; &amp; nothing");
  write("lib/title.ts", 'export const title = "Two";\n');
  await comes(200);
}, 240_000);

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
