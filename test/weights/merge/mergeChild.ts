// Merges in a process of its own, so that a test can kill it: argv is the recipe, the output and the shard size.
import {merge} from "../../../src/weights/merge/index.js";

const [recipe, out, shardSize, threads] = process.argv.slice(2) as [string, string, string, string];
await merge(JSON.parse(recipe) as object, {
  out,
  shardSize: Number(shardSize),
  threads: Number(threads),
  hashCache: `${out}.hashes.json`
});
