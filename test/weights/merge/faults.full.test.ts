import {spawn, spawnSync} from "node:child_process";
import {createHash} from "node:crypto";
import {existsSync} from "node:fs";
import {cp, mkdir, open, readdir, readFile, rm, stat, truncate, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {setTimeout as wait} from "node:timers/promises";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {merge} from "../../../src/weights/merge/index.js";
import {UserError} from "../../../src/base/validation/errors.js";
import {compiled} from "../../support/compiledEngine.js";
import {childScript} from "../../support/childScript.js";
import {mergeIn, readTensors, type Values, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
const script = await childScript(new URL("mergeChild.ts", import.meta.url));
const shardSize = 2_000_000;
const rounds = Array.from({length: 20}, (_, i) => i + 1);
let recipe: object;

beforeAll(async () => {
  work = await workFolder();
  for (const [m, name] of ["base", "a", "b"].entries()) {
    const tensors = Object.fromEntries(
      Array.from({length: 24}, (_, i) => [
        `model.layers.${i}.w.weight`,
        {
          shape: [500, 500],
          values: Array.from({length: 250_000}, (_, e) => Math.sin(e * (m + 1) + i)),
          dtype: "BF16" as const
        }
      ])
    );
    await writeModel(join(work.path, name), tensors);
  }
  recipe = {
    merge_method: "dare_ties",
    base_model: join(work.path, "base"),
    models: ["a", "b"].map((name) => ({
      model: join(work.path, name),
      parameters: {weight: 0.5, density: 0.4}
    }))
  };
});
afterAll(() => work.remove());

/** Hashes of everything a merge wrote but its report, which tells times. */
async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => name !== "merge_report.json").sort();
  const hashes = names.map(async (name) => {
    const hash = createHash("sha256").update(await readFile(join(folder, name)));
    return [name, hash.digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(hashes));
}

let undisturbed: Promise<Record<string, string>> | undefined;
function expected(): Promise<Record<string, string>> {
  undisturbed ??= mergeIn(work.path, recipe, {out: join(work.path, "whole"), shardSize, threads: 1}).then(
    ({out}) => contents(out)
  );
  return undisturbed;
}

describe("an interrupted merge", () => {
  it.each(rounds)(
    "killed in the middle leaves no model, continues after its last shard, and gives the same bytes: round %i",
    async (round) => {
      const out = join(work.path, `killed${round}`);
      const build = join(work.path, `.killed${round}.merging`);
      const least = 1 + (round % 3);
      const args = [script, JSON.stringify(recipe), out, String(shardSize), "1"];
      const child = spawn(process.execPath, args, {stdio: "inherit"});
      const ended = new Promise<NodeJS.Signals | null>((done) =>
        child.on("exit", (_, signal) => done(signal))
      );
      const finished = async () =>
        existsSync(build)
          ? (await readdir(build)).filter((name) => name.endsWith(".safetensors.json")).length
          : 0;
      while (child.exitCode === null && (await finished()) < least) await wait(5);
      child.kill("SIGKILL");
      expect(await ended).toBe("SIGKILL");
      expect(existsSync(out)).toBe(false);
      const {report} = await mergeIn(work.path, recipe, {out, shardSize, hashCache: `${out}.hashes.json`});
      expect(report.resumedShards).toBeGreaterThanOrEqual(least);
      expect(report.resumedShards).toBeLessThan(
        report.outputs.filter(({path}) => path.endsWith(".safetensors")).length
      );
      expect(await contents(out)).toEqual(await expected());
      expect(existsSync(build)).toBe(false);
    }
  );

  it("stopped by its signal continues too", async () => {
    const out = join(work.path, "aborted");
    const controller = new AbortController();
    await expect(
      mergeIn(work.path, recipe, {
        out,
        shardSize,
        signal: controller.signal,
        onProgress: ({tensors}) => tensors === 9 && controller.abort()
      })
    ).rejects.toThrow(/abort/i);
    expect(existsSync(out)).toBe(false);
    // A kill while a shard's record is written leaves half of it, which is no file of the model.
    await writeFile(join(work.path, ".aborted.merging", ".model.json.999999999.00000000.tmp"), "{");
    const {report} = await mergeIn(work.path, recipe, {out, shardSize});
    expect(report.resumedShards).toBeGreaterThan(0);
    expect(await contents(out)).toEqual(await expected());
  });

  it("does not continue with a shard that was damaged in between", async () => {
    const out = join(work.path, "damaged");
    const controller = new AbortController();
    const stop = {
      signal: controller.signal,
      onProgress: ({tensors}: {tensors: number}) => tensors === 9 && controller.abort()
    };
    await mergeIn(work.path, recipe, {out, shardSize, ...stop}).catch(() => undefined);
    const shard = join(work.path, ".damaged.merging", "model-00001-of-00006.safetensors");
    const handle = await open(shard, "r+");
    await handle.write(Buffer.from([1, 2, 3]), 0, 3, 5000);
    await handle.close();
    await mergeIn(work.path, recipe, {out, shardSize});
    expect(await contents(out)).toEqual(await expected());
  });

  it("starts anew when the recipe has changed", async () => {
    const out = join(work.path, "changed");
    const controller = new AbortController();
    const stop = {
      signal: controller.signal,
      onProgress: ({tensors}: {tensors: number}) => tensors === 9 && controller.abort()
    };
    await mergeIn(work.path, {...recipe, parameters: {lambda: 2}}, {out, shardSize, ...stop}).catch(
      () => undefined
    );
    const {report} = await mergeIn(work.path, recipe, {out, shardSize});
    expect(report.resumedShards).toBe(0);
    expect(await contents(out)).toEqual(await expected());
  });
});

describe("two merges into one folder at a time", () => {
  it("are refused: the second one names the first's process", async () => {
    const out = join(work.path, "twice");
    const runs = await Promise.allSettled([1, 2].map(() => mergeIn(work.path, recipe, {out, shardSize})));
    const refused = runs.filter((run) => run.status === "rejected");
    expect(refused).toHaveLength(1);
    expect(String(refused[0]!.reason)).toMatch(new RegExp(`under way in process ${process.pid}`));
    expect(await contents(out)).toEqual(await expected());
  });
});

describe("a finished merge", () => {
  it("is recognised and not repeated; another one does not overwrite it unless allowed", async () => {
    await expected();
    const out = join(work.path, "whole");
    const {report} = await mergeIn(work.path, recipe, {out, shardSize});
    expect(report.reused).toBe(true);
    await expect(mergeIn(work.path, recipe, {out, shardSize, seed: 5})).rejects.toThrow(
      /already holds another merge/
    );
    await cp(out, join(work.path, "copy"), {recursive: true});
    const again = await mergeIn(work.path, recipe, {
      out: join(work.path, "copy"),
      shardSize,
      seed: 5,
      overwrite: true
    });
    expect(again.report.reused).toBe(false);
    const foreign = join(work.path, "foreign");
    await mkdir(foreign);
    await writeFile(join(foreign, "thesis.txt"), "precious");
    await expect(mergeIn(work.path, recipe, {out: foreign, overwrite: true})).rejects.toThrow(
      /not made by a merge/
    );
  });

  it("is the same with one thread, three threads and other shards", async () => {
    const whole = await expected();
    const out = join(work.path, "threads");
    await mergeIn(work.path, recipe, {out, shardSize, threads: 3});
    expect(await contents(out)).toEqual(whole);
    const {tensors} = await mergeIn(work.path, recipe, {});
    const other = await readTensors(join(work.path, "whole"));
    const bytes = ({values}: Values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    for (const [name, values] of other)
      expect(bytes(tensors.get(name)!).equals(bytes(values)), name).toBe(true);
  });

  it("records parents, outputs and how the parents relate", async () => {
    const {report} = await mergeIn(work.path, recipe, {out: join(work.path, "whole"), shardSize});
    expect(report.parents.map(({base}) => base)).toEqual([false, false, true]);
    for (const {files} of report.parents) expect(files[0]!.sha256).toMatch(/^[0-9a-f]{64}$/);
    for (const {path, bytes} of report.outputs) expect((await stat(join(report.out, path))).size).toBe(bytes);
    expect(report.layers).toHaveLength(24);
    const {cosine, signConflict} = report.layers[0]!.relations;
    expect(cosine[0]).toBeCloseTo(1, 6);
    expect(cosine[1]).toBe(cosine[2]);
    expect(signConflict).toBeGreaterThan(0);
    expect(signConflict).toBeLessThan(1);
    const card = await readFile(join(report.out, "README.md"), "utf8");
    expect(card).toContain(report.parents[0]!.files[0]!.sha256);
    expect(card).toContain("dare_ties");
  });
});

describe("damaged inputs", () => {
  async function damaged(name: string, damage: (file: string) => Promise<void>): Promise<void> {
    const folder = join(work.path, name);
    await cp(join(work.path, "a"), folder, {recursive: true});
    await damage(join(folder, "model.safetensors"));
    const broken = {merge_method: "linear", models: [{model: folder, parameters: {weight: 1}}]};
    const run = mergeIn(work.path, broken, {out: join(work.path, `out-${name}`)});
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(new RegExp(`${name}/model\\.safetensors`));
    expect(existsSync(join(work.path, `out-${name}`))).toBe(false);
  }

  it("cut short are refused by name", async () => {
    await damaged("short", async (file) => truncate(file, (await stat(file)).size - 1));
    await damaged("shorter", (file) => truncate(file, 100));
    await damaged("empty", (file) => truncate(file, 0));
  });

  it("of several shards are refused by the name of the shard that is cut short, missing, or not in the index", async () => {
    const {out} = await mergeIn(
      work.path,
      {merge_method: "linear", models: [{model: join(work.path, "a"), parameters: {weight: 1}}]},
      {out: join(work.path, "sharded"), shardSize}
    );
    const shard = "model-00002-of-00006.safetensors";
    const attempt = async (name: string, damage: (folder: string) => Promise<void>) => {
      const folder = join(work.path, name);
      await cp(out, folder, {recursive: true});
      await damage(folder);
      const target = join(work.path, `out-${name}`);
      const run = mergeIn(
        work.path,
        {merge_method: "linear", models: [{model: folder, parameters: {weight: 1}}]},
        {out: target}
      );
      await expect(run).rejects.toThrow(UserError);
      expect(existsSync(target)).toBe(false);
      return run.catch((error: unknown) => String(error));
    };
    expect(await attempt("cut", (folder) => truncate(join(folder, shard), 900_000))).toContain(shard);
    expect(await attempt("gone", (folder) => rm(join(folder, shard)))).toContain(shard);
    const unlisted = await attempt("unlisted", async (folder) => {
      const path = join(folder, "model.safetensors.index.json");
      const index = JSON.parse(await readFile(path, "utf8")) as {weight_map: Record<string, string>};
      const kept = Object.entries(index.weight_map).filter(([name]) => name !== "model.layers.5.w.weight");
      await writeFile(path, JSON.stringify({weight_map: Object.fromEntries(kept)}));
    });
    expect(unlisted).toContain("model.layers.5.w.weight");
  });

  it("with a flipped bit in the header's structure are refused by name", async () => {
    await damaged("flipped", async (file) => {
      const handle = await open(file, "r+");
      const byte = Buffer.alloc(1);
      await handle.read(byte, 0, 1, 8);
      byte[0]! ^= 4;
      await handle.write(byte, 0, 1, 8);
      await handle.close();
    });
  });
});

describe("a limit on the size of files", () => {
  it("is said, with where the finished shards are kept", async () => {
    const file = join(work.path, "limited.yml");
    await writeFile(file, JSON.stringify(recipe));
    const out = join(work.path, "limited");
    const {status, stderr} = spawnSync(
      "bash",
      [
        "-c",
        `trap "" XFSZ; ulimit -f 1000; exec "$@"`,
        "-",
        process.execPath,
        compiled("bundle/main.js"),
        "merge",
        file,
        "--out",
        out
      ],
      {cwd: work.path, encoding: "utf8"}
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/limited.*: A file there may not become that large: .*kept in .*limited\.merging/);
    expect(stderr).not.toContain("error of its own");
  });
});

describe("a full disk", () => {
  it("is noticed before the merge, and in the middle of it without losing finished shards", async (context) => {
    const disk = join(work.path, "disk");
    await mkdir(disk);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", disk], {encoding: "utf8"});
    if (mounted.status !== 0) {
      const reason = `no tmpfs could be mounted (${mounted.error?.message ?? mounted.stderr.trim()})`;
      console.log(`Skipped: the full-disk test, because ${reason}.`);
      context.skip(reason);
    }
    try {
      const filler = join(disk, "filler");
      await writeFile(filler, Buffer.alloc(8_000_000));
      const out = join(disk, "out");
      await expect(mergeIn(work.path, recipe, {out, shardSize})).rejects.toThrow(/needs 12\.0 MB .* free/);
      expect(await readdir(disk)).not.toContain("out");
      await rm(filler);
      let filled = false;
      const fill = async () => {
        const handle = await open(filler, "w");
        await handle.writeFile(Buffer.alloc(10_000_000)).catch(() => undefined);
        await handle.close();
      };
      let filling: Promise<void> | undefined;
      const options = {out, shardSize, hashCache: join(work.path, "hashes.json"), threads: 1};
      const run = merge(recipe, {
        ...options,
        onProgress: ({tensors}) => {
          if (tensors < 9 || filled) return;
          filled = true;
          filling = fill();
        }
      });
      await expect(run).rejects.toThrow(/is full.*continues after its last finished shard/);
      await filling;
      expect(existsSync(out)).toBe(false);
      await rm(filler);
      const report = await merge(recipe, options);
      expect(report.resumedShards).toBeGreaterThan(0);
      expect(await contents(out)).toEqual(await expected());
    } finally {
      spawnSync("umount", [resolve(disk)]);
    }
  });
});
