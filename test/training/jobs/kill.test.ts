// @module-tag long
import {createHash} from "node:crypto";
import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {setTimeout as pause} from "node:timers/promises";
import {fileURLToPath} from "node:url";
import {describe, expect, it} from "vitest";
import {noteJob, type ServiceSettings, startJob, watchJob} from "../../../src/training/jobs/index.js";
import {openWorkspace} from "../../../src/base/store/index.js";
import {inFull} from "../../support/full.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {killedWatcher} from "./support/killWatcher.js";
import {openAIServer} from "./support/openAIServer.js";
import {planOf} from "./support/plan.js";

const rounds = inFull(20, 3);
const trainer = fileURLToPath(new URL("support/trainer.sh", import.meta.url));

/** A number in [0, 1) from a name: the same rounds are killed at the same moments every time. */
const chance = (name: string) => createHash("sha256").update(name).digest().readUInt32BE() / 2 ** 32;

async function finished(project: string, settings: ServiceSettings) {
  const workspace = await openWorkspace(project, ".assay");
  const {id} = await noteJob(workspace, planOf(workspace, settings));
  await startJob(workspace, id);
  return watchJob(workspace, id, {everyMs: 20});
}

/** Words that the watcher says, and how long after them it is killed at the latest. */
const MOMENTS = [
  ["ready", 120],
  ["noted", 120],
  ["noted", 500],
  ["started", 200]
] as const;
const momentOf = (name: string) => {
  const [word, most] = MOMENTS[Math.floor(chance(`${name} moment`) * MOMENTS.length)]!;
  return [word, Math.floor(chance(`${name} after`) * most)] as const;
};

describe(
  `jobs whose watcher or trainer is killed with SIGKILL (${rounds} rounds)`,
  {tags: ["counted"]},
  () => {
    for (let round = 0; round < rounds; round++) {
      it(`round ${round}: a service gets the job once`, async () => {
        const server = await openAIServer();
        process.env.TEST_KILL_KEY = "sk-kill";
        try {
          const project = await temporaryProject();
          const settings: ServiceSettings = {
            service: "openai",
            trust: "contract",
            baseUrl: server.baseUrl,
            apiKeyEnv: "TEST_KILL_KEY"
          };
          const [word, after] = momentOf(`service ${round}`);
          // A slow service: the watcher is killed while it is asked, too.
          await killedWatcher(project, settings, word, after);
          const looks = setInterval(() => {
            for (const job of server.jobs) job.status = "succeeded";
          }, 20);
          const job = await finished(project, settings);
          clearInterval(looks);
          expect(job.statuses.at(-1)!.outcome).toBe("succeeded");
          expect(server.jobs).toHaveLength(1);
          expect(new Set(server.files.map(({filename}) => filename)).size).toBe(server.files.length);
          expect(readdirSync(join(project, ".assay", "jobs"))).toEqual([job.id]);
        } finally {
          await server.close();
        }
      });

      it(`round ${round}: a command is run once, and its end is told`, async () => {
        const project = await temporaryProject();
        const settings: ServiceSettings = {
          service: "command",
          trust: "local",
          tool: "axolotl",
          run: `sh ${trainer}`,
          grace: 1
        };
        const [word, after] = momentOf(`command ${round}`);
        await killedWatcher(project, settings, word, after);
        const job = await finished(project, settings);
        const folder = join(project, ".assay", "jobs", job.id);
        expect(job.statuses.at(-1)).toMatchObject({status: "ended", outcome: "succeeded"});
        expect(readFileSync(join(folder, "begun"), "utf8").trim().split("\n")).toEqual([job.id]);
      });

      it(`round ${round}: a trainer that is killed has failed, and is not started again by itself`, async () => {
        const project = await temporaryProject();
        const workspace = await openWorkspace(project, ".assay");
        const settings: ServiceSettings = {
          service: "command",
          trust: "local",
          tool: "axolotl",
          run: `TRAINER_PAUSE=1 sh ${trainer}`,
          grace: 1
        };
        const {id} = await noteJob(workspace, planOf(workspace, settings));
        await startJob(workspace, id);
        const folder = join(project, ".assay", "jobs", id);
        const pid = await expect
          .poll(() => existsSync(join(folder, "begun")) && existsSync(join(folder, "command.pid")))
          .toBe(true)
          .then(() => Number(readFileSync(join(folder, "command.pid"), "utf8").split(" ")[0]));
        await pause(chance(`trainer ${round}`) * 300);
        if (chance(`whole ${round}`) < 0.5) {
          const supervisor = JSON.parse(readFileSync(join(folder, "supervisor.json"), "utf8")) as {
            pid: number;
          };
          process.kill(supervisor.pid, "SIGKILL");
        }
        process.kill(-pid, "SIGKILL");
        const job = await watchJob(workspace, id, {everyMs: 20});
        expect(job.statuses.at(-1)!.outcome).toBe("failed");
        expect(job.statuses.at(-1)!.detail).toMatch(/SIGKILL|without a word/);
        await startJob(workspace, id);
        expect(readFileSync(join(folder, "begun"), "utf8").trim().split("\n")).toHaveLength(1);
      });
    }
  }
);
