import {spawn} from "node:child_process";
import {chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {expect} from "vitest";
import {parse} from "yaml";
import {compiled} from "../../support/compiledEngine.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

const root = join(import.meta.dirname, "../../..");

/** The line of both jobs that may be given options. */
const REBUILD = "npm run rebuild";

interface Step {
  id?: string;
  name?: string;
  if?: string;
  uses?: string;
  run?: string;
  with?: Record<string, string>;
  "continue-on-error"?: boolean;
}

/** What a machine of CI has of its own: shell, `npm`, `npx`, and caches by key, none of which is ever written again. */
export class Machine {
  readonly caches = new Map<string, string>();
  readonly failed: string[] = [];
  private bin = "";

  constructor(public files: Record<string, string>) {}

  async prepare(): Promise<void> {
    this.bin = await temporaryProject();
    const assay = `exec ${JSON.stringify(process.execPath)} ${JSON.stringify(compiled("bundle/main.js"))}`;
    const scripts = {
      npm: `[ "$1 $2" = "run rebuild" ] || exit 0\nshift 2\n[ "$1" != -- ] || shift\n${assay} rebuild --no-build "$@"`,
      npx: `shift\n${assay} "$@"`,
      gh: "exit 0"
    };
    for (const [name, text] of Object.entries(scripts)) {
      writeFileSync(join(this.bin, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(this.bin, name), 0o755);
    }
  }

  /** A job's folder, as a checkout leaves it. */
  async checkout(): Promise<string> {
    const folder = await temporaryProject();
    for (const [path, text] of Object.entries(this.files)) {
      mkdirSync(join(folder, path, ".."), {recursive: true});
      writeFileSync(join(folder, path), text);
    }
    return folder;
  }

  shell(folder: string, text: string): Promise<number> {
    const {PATH, HOME} = process.env;
    const child = spawn("bash", ["-eo", "pipefail", "-c", text], {
      cwd: folder,
      env: {
        PATH: `${this.bin}:${PATH}`,
        HOME,
        ASSAY_PROJECT: folder,
        NO_COLOR: "1",
        ASSAY_DIR: join(folder, ".assay")
      },
      stdio: "ignore"
    });
    return new Promise((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  }

  restore(folder: string, prefix: string): void {
    const newest = [...this.caches].findLast(([key]) => key.startsWith(prefix));
    if (newest) cpSync(newest[1], join(folder, ".assay"), {recursive: true});
  }

  async save(folder: string, key: string): Promise<void> {
    if (this.caches.has(key)) throw new Error(`the key ${key} is taken`);
    const kept = await temporaryProject();
    cpSync(join(folder, ".assay"), kept, {recursive: true});
    this.caches.set(key, kept);
  }
}

/** The options of `rebuild` that docs/ci.md gives for models in use. */
export const rebuildModels = () =>
  /^npm run rebuild -- .*$/m.exec(readFileSync(join(root, "docs/ci.md"), "utf8"))![0];

/** A job of the workflow that `assay init` writes, step by step. False when it failed. */
export async function github(machine: Machine, attempt: number, command = REBUILD): Promise<boolean> {
  const {jobs} = parse(readFileSync(join(root, "templates/project/.github/workflows/assay.yml"), "utf8")) as {
    jobs: {rebuild: {steps: Step[]}};
  };
  const folder = await machine.checkout();
  const outcomes: Record<string, {outcome: string}> = {};
  let isWell = true;
  for (const step of jobs.rebuild.steps) {
    const known = {event_name: "pull_request", run_id: 7, run_attempt: attempt, event: {number: 1}};
    const holds = condition(step.if ?? "success()", {isWell, steps: outcomes, github: known});
    const filled = (text = "") =>
      text
        .replace(REBUILD, command)
        .replace(/\$\{\{ github\.(run_id|run_attempt) \}\}/g, (_, name: "run_id") => String(known[name]));
    let isGood = true;
    if (holds && step.run) isGood = (await machine.shell(folder, filled(step.run))) === 0;
    if (holds && step.uses?.startsWith("actions/cache/restore"))
      machine.restore(folder, step.with!["restore-keys"]!);
    if (holds && step.uses?.startsWith("actions/cache/save"))
      await machine.save(folder, filled(step.with!.key));
    if (step.id) outcomes[step.id] = {outcome: holds ? (isGood ? "success" : "failure") : "skipped"};
    if (!isGood && !step["continue-on-error"]) isWell = false;
  }
  return isWell;
}

/** GitHub's expressions that the workflow has are JavaScript's, but for its functions. */
function condition(
  text: string,
  {isWell, steps, github: known}: {isWell: boolean; steps: object; github: object}
): boolean {
  const stated = /\b(always|success|failure)\(\)/.test(text) ? text : `success() && (${text})`;
  const evaluate = new Function("always", "success", "steps", "github", `return ${stated}`) as (
    ...values: unknown[]
  ) => boolean;
  return evaluate(
    () => true,
    () => isWell,
    steps,
    known
  );
}

/** The job that docs/ci.md gives for GitLab. */
export async function gitlab(machine: Machine, _attempt: number, command = REBUILD): Promise<boolean> {
  const block = /```yaml\n(assay:[^]*?)```/.exec(readFileSync(join(root, "docs/ci.md"), "utf8"))![1]!;
  const {assay} = parse(block) as {
    assay: {script: string[]; cache: {when?: string; paths: string[]}; resource_group?: string};
  };
  expect(assay.resource_group).toBeDefined();
  const folder = await machine.checkout();
  machine.restore(folder, "assay");
  const well =
    (await machine.shell(folder, `mkdir -p dist\n${assay.script.join("\n").replace(REBUILD, command)}`)) ===
    0;
  machine.caches.delete("assay");
  if (well || assay.cache.when === "always") await machine.save(folder, "assay");
  return well;
}
