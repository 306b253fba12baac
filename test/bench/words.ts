// The yardstick of the demo's language models: a joint n-gram model of letters with their phonemes, the classical method for
// this task, learns the training part of the same frozen split and is asked for the same test part.
// `npm run bench:words [-- ORDER]`, the whole dictionary; 8 is the length of the published n-gram models.
import {mkdtemp, rm} from "node:fs/promises";
import {cpus, tmpdir} from "node:os";
import {join} from "node:path";
import {pull} from "../../src/data/datasets/index.js";
import {jointNgram} from "../../src/training/finetunes/index.js";
import {loadModel} from "../../src/weights/models/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {wilson} from "../../src/base/stats/index.js";
import {modelsDir, openStore, openWorkspace, rowsOfPart} from "../../src/base/store/index.js";

interface Row {
  row_id: string;
  word: string;
  sounds: string;
  accepted: string[];
}

process.env.ASSAY_DEMO = "full";
const {default: words} = await import("../../data-loaders/words.js");
const {frozen} = await import("../../finetunes/words.js");
const order = Number(process.argv[2] ?? 8);

const project = await mkdtemp(join(tmpdir(), "bench-words-"));
try {
  const workspace = await openWorkspace(project);
  const {version} = await pull(workspace, words);
  const store = await openStore(workspace);
  const split = await ensureSplit(store, version, frozen, {measure: false});
  const part = async (name: string) => {
    const columns = "row_id, word, sounds, accepted";
    const query = (await rowsOfPart(workspace, version, split, {part: name, columns}))!;
    return store.rows<Row>(`select row_id, word, sounds, accepted from (${query}) order by row_id`);
  };
  const training = await part("train");
  const test = await part("test");
  store.close();

  const started = performance.now();
  const dir = modelsDir(workspace);
  const {id, files} = await jointNgram({text: "word", label: "sounds", order}).build({
    dir,
    dataset: words.name,
    version: version.sha256,
    split: split.sha256,
    seed: "words",
    rows: async function* () {
      for (const {row_id, ...row} of training) yield await Promise.resolve({id: row_id, ...row});
    }
  });
  const learned = performance.now();
  const model = await loadModel(dir, id);
  const loaded = performance.now();
  const answers = await model.predict(test.map(({word}) => word));
  const right = test.filter(({accepted}, i) => accepted.includes(answers[i]!.label.trim())).length;
  const ended = performance.now();
  await model.close?.();

  const {low, high} = wilson(right, test.length)!;
  const percent = (share: number) => (100 * share).toFixed(1);
  console.log(`${cpus()[0]!.model}, Node ${process.version}`);
  console.log(
    `${order}-gram of letters with their phonemes: ${training.length} words learned in ${((learned - started) / 1000).toFixed(1)} s, ` +
      `${test.length} asked in ${((ended - loaded) / 1000).toFixed(1)} s`
  );
  console.log(
    `${(files.reduce((sum, {bytes}) => sum + bytes, 0) / 1e6).toFixed(1)} MB, loaded in ${((loaded - learned) / 1000).toFixed(1)} s`
  );
  console.log(
    `word error rate ${percent(1 - right / test.length)}% (${percent(1 - high)} to ${percent(1 - low)})`
  );
} finally {
  await rm(project, {recursive: true, force: true});
}
