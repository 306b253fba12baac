import {openStore} from "../../../../src/base/store/index.js";
import {judgedRun} from "./judgedRun.js";
import {openWordsProject} from "./project.js";

/** A start of a judged eval as a process that may be killed: `killedJudge.ts PROJECT SERVER`. */
const [folder, url] = process.argv.slice(2) as [string, string];
const store = await openStore(folder);
await judgedRun(await openWordsProject(store), url, {});
store.close();
