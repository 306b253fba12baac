import {execFile} from "node:child_process";
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {promisify} from "node:util";
import {describe, expect, it} from "vitest";
import {parse} from "yaml";
import {openBrowser} from "../support/browser.js";
import {compiled} from "../support/compiledEngine.js";
import {serveFolder} from "../support/serveFolder.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const repository = resolve(import.meta.dirname, "../..");
const exec = promisify(execFile);

interface Packed {
  filename: string;
  files: {path: string}[];
}

interface Step {
  name?: string;
  if?: string;
  run?: string;
  "continue-on-error"?: boolean;
}

/** Runs the commands of the workflow that `init` wrote, one step after the other, as a scheduled job does. */
async function runWorkflow(project: string, environment: NodeJS.ProcessEnv): Promise<{stdout: string}> {
  const file = join(project, ".github", "workflows", "assay.yml");
  const {jobs} = parse(readFileSync(file, "utf8")) as {jobs: {rebuild: {steps: Step[]}}};
  let stdout = "";
  for (const {run, if: condition} of jobs.rebuild.steps) {
    if (run === undefined || condition !== undefined) continue;
    const ended = await exec("bash", ["-e", "-c", run], {
      cwd: project,
      env: {
        ...environment,
        CI: "true",
        GITHUB_STEP_SUMMARY: join(project, "summary.md"),
        npm_config_prefer_offline: "true"
      },
      maxBuffer: 1e8
    });
    stdout += ended.stdout;
  }
  return {stdout};
}

/** What a folder takes on the disk, as `du -sm` says. */
async function megabytes(folder: string): Promise<number> {
  const {stdout} = await exec("du", ["-sm", folder]);
  const size = Number.parseInt(stdout, 10);
  console.log(`${folder}: ${size} MB`);
  return size;
}

describe("the packed package", () => {
  it("is compiled anew when lib/ is removed: what was compiled is remembered there and nowhere else", () => {
    const config = JSON.parse(readFileSync(join(repository, "tsconfig.build.json"), "utf8")) as {
      compilerOptions: {outDir: string; tsBuildInfoFile: string};
    };
    const {outDir, tsBuildInfoFile} = config.compilerOptions;
    expect(tsBuildInfoFile.startsWith(`${outDir}/`)).toBe(true);
  });

  it("has no script of its own that npm runs, or warns of, where it is installed", () => {
    const {scripts} = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const run = ["preinstall", "install", "postinstall", "prepare"].filter((name) => name in scripts);
    expect(run).toEqual([]);
    expect(scripts).toMatchObject({
      postprepare: "node scripts/build.js && node scripts/prune.js",
      prepack: "node scripts/build.js && npm run --silent reference"
    });
  });

  it("installs at most 700 MB in a checkout", async () => {
    expect(await megabytes(join(repository, "node_modules"))).toBeLessThanOrEqual(700);
  });

  it("packs every file that its README, changelog and docs link to", async () => {
    const {stdout} = await exec("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], {
      cwd: repository,
      maxBuffer: 1e8
    });
    const [{files}] = Object.values(JSON.parse(stdout) as Packed[]) as [Packed];
    const packed = new Set(files.map(({path}) => path));
    const dead = [...packed]
      .filter((path) => path.endsWith(".md") && !/^(src|templates|lib)\//.test(path))
      .flatMap((path) => {
        const text = readFileSync(join(repository, path), "utf8");
        const links = [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, link]) => link!);
        return links
          .filter((link) => !/^[a-z]+:/.test(link) && !packed.has(join(dirname(path), link)))
          .map((link) => `${path}: ${link}`);
      });
    expect(dead).toEqual([]);
  });

  it("lets no install script run in a project that it starts: a clone installs by npm 10 from the registry alone", async () => {
    const project = await temporaryProject();
    const {stdout} = await exec(process.execPath, [compiled("bundle/main.js"), "init", project]);
    expect(stdout).toContain("npm install && npm start");
    const {stdout: ignored} = await exec("npm", ["config", "get", "ignore-scripts"], {cwd: project});
    expect(ignored.trim()).toBe("true");
  });

  it("installs in an empty folder, starts a project, runs its eval and builds a site that opens", async () => {
    const folder = await temporaryProject();
    const project = join(folder, "project");
    const environment: NodeJS.ProcessEnv = {...process.env, NO_COLOR: "1"};
    delete environment.ASSAY_DIR;
    delete environment.ASSAY_PROJECT;
    const call = (command: string, ...words: string[]) =>
      exec(command, words, {cwd: project, env: environment, maxBuffer: 1e8});
    const {stdout} = await exec("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
      cwd: repository
    });
    const packed = JSON.parse(stdout) as Packed[] | Record<string, Packed>;
    const [{filename, files}] = Object.values(packed) as [Packed];
    const roots = new Set(files.map(({path}) => path.split("/")[0]));
    expect([...roots].sort()).toEqual(
      [
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "README.md",
        "docs",
        "lib",
        "package.json",
        "pages",
        "templates"
      ].sort()
    );
    expect(files.filter(({path}) => /\.tsbuildinfo$|\.test\.|\.env/.test(path))).toEqual([]);
    mkdirSync(project);
    writeFileSync(
      join(project, "package.json"),
      JSON.stringify({name: "empty", private: true, type: "commonjs"})
    );
    const offline = ["--prefer-offline", "--no-audit", "--no-fund"];
    const first = await call("npm", "install", join(folder, filename), "--ignore-scripts", ...offline);
    expect(first.stderr).not.toContain("allowScripts");
    const assay = (...words: string[]) =>
      call(process.execPath, "node_modules/assay/lib/bundle/main.js", ...words);
    expect((await assay("init", ".")).stdout).toContain("npm install && npm start");
    const manifest = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
      dependencies: {assay: string};
      allowScripts: Record<string, boolean>;
    };
    expect(manifest.dependencies.assay).toBe(`file:vendor/${filename}`);
    expect(manifest.allowScripts).toMatchObject({esbuild: false, koffi: false});
    const installed = await call("npm", "install", ...offline);
    expect(installed.stderr).not.toContain("allowScripts");
    expect(await megabytes(join(project, "node_modules"))).toBeLessThanOrEqual(350);
    const {stdout: rebuilt} = await runWorkflow(project, environment);
    expect(rebuilt).toMatch(/Pick TF-IDF \+ logistic regression/);
    expect(readFileSync(join(project, "summary.md"), "utf8")).toContain("TF-IDF");
    expect(readFileSync(join(project, "junit.xml"), "utf8")).toMatch(/<testsuites/);
    const browser = await openBrowser();
    if (!browser) return;
    const server = await serveFolder(join(project, "dist"), "/team/report/");
    try {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("request", (request) => {
        if (!request.url().startsWith(server.url) && !request.url().startsWith("data:"))
          problems.push(request.url());
      });
      await page.goto(server.url);
      await page
        .getByText(/^Pick TF-IDF/)
        .first()
        .waitFor();
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
    }
  }, 600_000);
});
