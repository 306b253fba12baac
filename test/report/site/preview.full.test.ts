import {type ChildProcess, spawn} from "node:child_process";
import {cp, mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {touchOnStoreChange} from "../../../src/report/site/index.js";
import {LocalFolder, openWorkspace} from "../../../src/base/store/index.js";
import {openBrowser} from "../../support/browser.js";
import {siteProject} from "../../support/buildSite.js";
import {sampleStore} from "../../support/sampleStore.js";
import {redrawn} from "../../support/watchPage.js";

let project: string;
let server: ChildProcess | undefined;
let address: string;
const watching = new AbortController();

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "assay-preview-"));
  await siteProject(project);
  const {dir} = await openWorkspace(project, join(project, ".assay"));
  server = spawn(
    process.execPath,
    [
      "node_modules/@observablehq/framework/dist/bin/observable.js",
      "preview",
      "--host",
      "127.0.0.1",
      "--no-open"
    ],
    {cwd: project, env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: dir, NO_COLOR: "1"}}
  );
  address = await new Promise<string>((resolve, reject) => {
    let log = "";
    const read = (data: Buffer) => {
      log += data.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(log);
      if (found) resolve(found[0]);
    };
    server!.stdout!.on("data", read);
    server!.stderr!.on("data", read);
    server!.on("exit", (code) => reject(new Error(`the preview ended with ${code}: ${log}`)));
  });
  void touchOnStoreChange({
    root: join(project, "pages"),
    workspace: {place: new LocalFolder(dir), project, dir},
    signal: watching.signal,
    everyMs: 200
  });
});

afterAll(async () => {
  watching.abort();
  if (server && server.exitCode === null) {
    server.kill();
    await new Promise((resolve) => server!.on("exit", resolve));
  }
  await rm(project, {recursive: true, force: true});
});

describe("the preview", () => {
  it("shows a new run without a restart, and its rows", async (context) => {
    const browser = await openBrowser();
    if (!browser) return context.skip();
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(90_000);
      await page.goto(address);
      await page.getByText("No eval has been run yet.").waitFor();
      const elsewhere = join(project, "elsewhere");
      await sampleStore(elsewhere);
      await cp(join(elsewhere, ".assay"), join(project, ".assay"), {recursive: true});
      await page.locator(".sentence").waitFor();
      await page.goto(`${address}comparison`);
      await page.getByLabel("Eval and split").selectOption({label: "Mail triage, split by thread"});
      await page.getByLabel("Candidate", {exact: true}).selectOption({label: "team-a"});
      await page.getByRole("heading", {name: "What team-a answered"}).waitFor();
      await redrawn(page);
      expect(await page.locator(".observablehq--error").count()).toBe(0);
    } finally {
      await browser.close();
    }
  });
});
