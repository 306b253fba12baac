import {hubModel} from "../../../../src/inference/localModels/index.js";
import {openWorkspace} from "../../../../src/base/store/index.js";

/** Fetches a hub's model into a store, saying its progress. */
const [folder, store, hubUrl] = process.argv.slice(2);
const onProgress = (message: string) => void process.stdout.write(`${message}\n`);
await hubModel("acme/tiny", await openWorkspace(folder, store), {hubUrl, onProgress});
