import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {openS3} from "../../../../src/base/store/storage/s3/open.js";

// commitFolder.ts ADDRESS FOLDER KEY: commits a folder with a file that goes up in parts, for a test that kills it.
const [address, folder, key] = process.argv.slice(2) as [string, string, string];
await mkdir(join(folder, "tmp"), {recursive: true});
const place = await openS3(address, folder, join(folder, "tmp"));
const stage = await place.stage("datasets/d");
await writeFile(join(stage.folder, "ledger.json"), "{}");
await writeFile(join(stage.folder, "rows.parquet"), Buffer.alloc(40 << 20, 7));
await writeFile(join(stage.folder, "manifest.json"), "{}");
await stage.commit(key);
