import {defineDataset, diffVersions, pull, versionPair} from "../../../lib/data/datasets/index.js";
import {openDatabase, openStore, openWorkspace, sqlString} from "../../../lib/base/store/index.js";

/** One step of the data benchmark in a process of its own, so that its peak of memory is its own. */
const {step, format, project, file, out} = JSON.parse(process.argv[2]);
const begun = performance.now();
const more = {};
if (step === "copy") {
  const db = await openDatabase({tmpDir: project});
  const read = format === "parquet" ? "read_parquet" : "read_json";
  await db.run(`copy (select * from ${read}(${sqlString(file)})) to ${sqlString(out)} (format parquet)`);
  db.close();
} else if (step === "pull") {
  const workspace = await openWorkspace(project, ".assay");
  const {version, changed} = await pull(
    workspace,
    defineDataset({
      name: "mails",
      source: {kind: "files", files: file},
      id: "id",
      text: "text",
      label: "label"
    })
  );
  Object.assign(more, {version: version.id, changed});
} else {
  const store = await openStore(await openWorkspace(project, ".assay"), {memoryLimit: "1200MB"});
  const {before, after} = await versionPair(store, "mails");
  const {added, removed, changed} = await diffVersions(store, before, after);
  Object.assign(more, {added: added.rows, removed: removed.rows, changed: changed.rows});
  store.close();
}
const {userCPUTime, systemCPUTime, maxRSS} = process.resourceUsage();
console.log(
  JSON.stringify({
    seconds: (performance.now() - begun) / 1000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakRssMb: maxRSS / 1024,
    ...more
  })
);
