import {noteJob, type ServiceSettings, startJob, watchJob} from "../../../../src/training/jobs/index.js";
import {openWorkspace} from "../../../../src/base/store/index.js";
import {planOf} from "./plan.js";

/** Submits a job and follows it, telling how far it is: for tests that end it in between. */
const [project, settings] = process.argv.slice(2) as [string, string];
const workspace = await openWorkspace(project, ".assay");
const say = (word: string) => process.stdout.write(`${word}\n`);
say("ready");
const {id} = await noteJob(workspace, planOf(workspace, JSON.parse(settings) as ServiceSettings));
say("noted");
await startJob(workspace, id);
say("started");
await watchJob(workspace, id, {everyMs: 20});
say("ended");
