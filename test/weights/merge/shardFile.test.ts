import {createHash} from "node:crypto";
import {open, readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import fc from "../../support/property.js";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {planShards} from "../../../src/weights/safetensors/shards.js";
import {ShardFile} from "../../../src/weights/merge/shardFile.js";
import {workFolder} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
});
afterAll(() => work.remove());

/** 6 MB in 23 pieces of unequal size. */
const [shard] = planShards([
  {name: "a", dtype: "U8", shape: [5_000_000]},
  {name: "b", dtype: "U8", shape: [1_000_000]},
  {name: "empty", dtype: "U8", shape: [0]}
]);
const head = shard!.head.byteLength;
const cuts = Array.from({length: 24}, (_, i) => head + Math.round((6_000_000 * i * i) / 23 ** 2));
const pieces = cuts.slice(1).map((end, i) => [cuts[i]!, end] as const);

describe("a shard that is hashed while it is written", () => {
  it("has the hash of its bytes, in whatever order its pieces were finished", async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(pieces, {minLength: pieces.length}), async (order) => {
        const file = new ShardFile(work.path, shard!);
        await file.create();
        const handle = await open(file.path, "r+");
        for (const [start, end] of order) {
          await handle.write(Buffer.alloc(end - start, start % 251), 0, end - start, start);
          file.written(start, end);
        }
        await handle.close();
        const {file: named} = await file.finish([]);
        const bytes = await readFile(join(work.path, named.path));
        expect(named).toEqual({
          path: "model.safetensors",
          bytes: bytes.byteLength,
          sha256: createHash("sha256").update(bytes).digest("hex")
        });
      }),
      {numRuns: 12}
    );
    expect(await readdir(work.path)).not.toContain("model.safetensors.partial");
  });

  it("is not named before all of it was written", async () => {
    const file = new ShardFile(work.path, shard!);
    await file.create();
    file.written(...pieces[1]!);
    await expect(file.finish([])).rejects.toThrow(/bytes were written/);
    await file.close();
  });
});
