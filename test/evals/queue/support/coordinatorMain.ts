import {openStore} from "../../../../src/base/store/index.js";
import {openWordsProject, server} from "../../runner/support/project.js";
import {queuedRun} from "./queuedRun.js";

/** A coordinator as a process that may be killed: `coordinatorMain.ts PROJECT VALKEY SERVER`. */
const [folder, valkey, url] = process.argv.slice(2) as [string, string, string];
const store = await openStore(folder);
const {calls} = await queuedRun(await openWordsProject(store), valkey, server(url));
console.log(`calls ${calls}`);
store.close();
