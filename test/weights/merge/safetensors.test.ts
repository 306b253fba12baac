import fc from "../../support/property.js";
import {spawnSync} from "node:child_process";
import {readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {UserError} from "../../../src/base/validation/errors.js";
import {bf16Bits, decode, encode, f16Bits, rounded} from "../../../src/weights/merge/numeric/convert.js";
import {DTYPE_BITS, type Dtype} from "../../../src/weights/safetensors/dtype.js";
import {buildHeader, headerLength, parseHeader} from "../../../src/weights/safetensors/header.js";
import {openCheckpoint, readHeader} from "../../../src/weights/safetensors/open.js";
import {readTensorFloats, readTensorRows} from "../../../src/weights/safetensors/readTensor.js";
import {planShards} from "../../../src/weights/safetensors/shards.js";
import {writeSafetensors} from "../../../src/weights/safetensors/write.js";
import {describeWithPython, PYTHON} from "./python.js";
import {mergeIn, readBytes, workFolder, writeModel} from "./support.js";

let work: Awaited<ReturnType<typeof workFolder>>;
beforeAll(async () => {
  work = await workFolder();
});
afterAll(() => work.remove());

const parse = (header: string | object, dataBytes = 0) => {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  return parseHeader("f.safetensors", json, 8 + json.byteLength + dataBytes);
};
const entry = (dtype: string, shape: unknown, data_offsets: unknown) => ({dtype, shape, data_offsets});

describe("a safetensors header", () => {
  it("may hold scalars, empty tensors, metadata and padding", () => {
    const {tensors, metadata} = parse(
      JSON.stringify({
        __metadata__: {format: "pt"},
        s: entry("F32", [], [0, 4]),
        e: entry("F16", [0, 3], [4, 4]),
        t: entry("F4", [2, 2], [4, 6])
      }) + "   ",
      6
    );
    expect(tensors.map(({name, bytes}) => [name, bytes])).toEqual([
      ["s", 4],
      ["e", 0],
      ["t", 2]
    ]);
    expect(metadata).toEqual({format: "pt"});
  });

  const wrong: [string, RegExp, string | object, number?][] = [
    ["not beginning with a brace", /does not begin/, " {}"],
    ["that is no JSON", /not valid JSON/, "{nonsense}"],
    [
      "naming a tensor twice",
      /"t" twice/,
      '{"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'
    ],
    [
      "naming a field twice",
      /"dtype" twice/,
      '{"t":{"dtype":"U8","dtype":"F32","shape":[0],"data_offsets":[0,0]}}'
    ],
    ["with an unknown dtype", /"t" has an unknown dtype "F33"/, {t: entry("F33", [1], [0, 4])}, 4],
    ["with a negative size", /"t" has a shape/, {t: entry("F32", [-1], [0, 4])}, 4],
    ["with a fraction as size", /"t" has a shape/, {t: entry("F32", [1.5], [0, 6])}, 6],
    ["with a shape that overflows", /too large to count/, {t: entry("F32", [1e9, 1e9], [0, 4])}, 4],
    [
      "with a span that is not shape times dtype",
      /needs 4 bytes but data_offsets span 3/,
      {t: entry("F32", [1], [0, 3])},
      3
    ],
    ["with half a byte", /does not fill whole bytes/, {t: entry("F4", [3], [0, 2])}, 2],
    [
      "with end before begin",
      /ends \(byte 0\) before it begins \(byte 4\)/,
      {t: entry("F32", [1], [4, 0])},
      4
    ],
    [
      "with a hole",
      /"b" begins at byte 8.*a hole/,
      {a: entry("F32", [1], [0, 4]), b: entry("F32", [1], [8, 12])},
      12
    ],
    ["not beginning at 0", /"a" begins at byte 4/, {a: entry("F32", [1], [4, 8])}, 8],
    [
      "with an overlap",
      /"b" begins at byte 2.*overlap/,
      {a: entry("F32", [1], [0, 4]), b: entry("F32", [1], [2, 6])},
      6
    ],
    ["of a file cut short", /cut short/, {a: entry("F32", [2], [0, 8])}, 4],
    ["of a file with bytes left over", /belong to no tensor/, {a: entry("F32", [1], [0, 4])}, 5],
    ["with metadata that is not text", /"__metadata__" entry "n"/, {__metadata__: {n: 1}}],
    ["with an unknown field", /unknown field "extra"/, {t: {...entry("U8", [0], [0, 0]), extra: 1}}]
  ];
  for (const [name, message, header, bytes] of wrong)
    it(`${name} is refused, naming the file and what is wrong`, () => {
      expect(() => parse(header, bytes)).toThrow(UserError);
      expect(() => parse(header, bytes)).toThrow(message);
      expect(() => parse(header, bytes)).toThrow(/^f\.safetensors/);
    });

  it("longer than the file or the format's limit is refused", () => {
    const first = (n: bigint) => {
      const b = Buffer.alloc(8);
      b.writeBigUInt64LE(n);
      return b;
    };
    expect(() => headerLength("f", first(100_000_001n), 2e8)).toThrow(/allows 100000000/);
    expect(() => headerLength("f", first(2n ** 63n), 2e8)).toThrow(UserError);
    expect(() => headerLength("f", first(100n), 50)).toThrow(/cut short/);
    expect(() => headerLength("f", Buffer.alloc(3), 3)).toThrow(/too few/);
  });

  it("of any bytes, or with any bit flipped, parses to consistent tensors or gives a UserError", () => {
    const {head} = buildHeader([
      {name: "a.weight", dtype: "F32", shape: [2, 2]},
      {name: "b", dtype: "BF16", shape: [4]}
    ]);
    const check = (json: Uint8Array) => {
      try {
        const {tensors} = parseHeader("f", json, 8 + json.byteLength + 24);
        const total = tensors.reduce((sum, {bytes}) => sum + bytes, 0);
        expect(total).toBe(24);
        for (const {dtype, shape, bytes} of tensors)
          expect(bytes).toBe((shape.reduce((x, y) => x * y, 1) * DTYPE_BITS[dtype]) / 8);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    };
    const json = head.subarray(8);
    for (let bit = 0; bit < json.byteLength * 8; bit++) {
      const flipped = Uint8Array.from(json);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      check(flipped);
    }
    fc.assert(fc.property(fc.uint8Array({maxLength: 60}), check), {numRuns: 300});
    fc.assert(
      fc.property(fc.json(), (text) => check(Buffer.from(text))),
      {numRuns: 300}
    );
  });
});

describe("writing", () => {
  const tensors = [
    {name: "z", dtype: "F32" as Dtype, shape: [1], data: new Uint8Array([1, 2, 3, 4])},
    {name: "b", dtype: "U8" as Dtype, shape: [2], data: new Uint8Array([5, 6])},
    {name: "a", dtype: "U8" as Dtype, shape: [1], data: new Uint8Array([7])},
    {name: "w", dtype: "I64" as Dtype, shape: [], data: new Uint8Array(8)}
  ];

  it("puts wider dtypes first, then names in order, in an 8-aligned header, whatever order it is given", async () => {
    const path = join(work.path, "canonical.safetensors");
    await writeSafetensors(path, tensors);
    const first = await readFile(path);
    await writeSafetensors(path, [...tensors].reverse());
    expect(await readFile(path)).toEqual(first);
    const {tensors: read, dataStart} = await readHeader(path);
    expect(read.map(({name}) => name)).toEqual(["w", "z", "a", "b"]);
    expect(dataStart % 8).toBe(0);
    expect(first.subarray(8).toString("latin1")).toMatch(/^\{"__metadata__":\{"format":"pt"\},"w":/);
  });

  it("makes the bytes of one tensor at a time, where they are made when their turn comes", async () => {
    const path = join(work.path, "late.safetensors");
    const order: string[] = [];
    const late = (name: string) => ({
      name,
      dtype: "F32" as const,
      shape: [1],
      data: () => {
        order.push(name);
        return new Uint8Array(Float32Array.of(order.length).buffer);
      }
    });
    await writeSafetensors(path, [late("b"), late("a")]);
    expect(order).toEqual(["a", "b"]);
    const {tensors} = await readHeader(path);
    expect(tensors.map(({name}) => name)).toEqual(["a", "b"]);
    expect([...new Float32Array((await readFile(path)).buffer.slice(-8))]).toEqual([1, 2]);
  });

  it.skipIf(process.platform === "win32")(
    "to a disk that takes only a part fails and leaves no file",
    async () => {
      const path = join(work.path, "cut.safetensors");
      const module = new URL("../../../src/weights/safetensors/write.ts", import.meta.url).href;
      const script = `
      import {writeSafetensors} from ${JSON.stringify(module)};
      process.on("SIGXFSZ", () => undefined);
      await writeSafetensors(${JSON.stringify(path)}, [
        {name: "a", dtype: "F32", shape: [262144], data: new Uint8Array(1 << 20)}
      ]);`;
      // A limit on the size of files: the system takes what fits and refuses the rest, as a full disk does.
      const {status, stderr} = spawnSync(
        "bash",
        [
          "-c",
          'ulimit -f 512; exec "$@"',
          "-",
          process.execPath,
          "--import",
          "tsx",
          "--input-type=module",
          "-e",
          script
        ],
        {encoding: "utf8"}
      );
      expect(stderr).toMatch(/EFBIG/);
      expect(status).not.toBe(0);
      await expect(readFile(path)).rejects.toThrow(/ENOENT/);
    }
  );

  it("splits shards at the limit and gives a larger tensor a file of its own", () => {
    const shards = planShards(
      [4, 4, 20, 4].map((n, i) => ({name: `t${i}`, dtype: "U8" as Dtype, shape: [n]})),
      10
    );
    expect(shards.map(({name, entries}) => [name, entries.map((e) => e.name).join()])).toEqual([
      ["model-00001-of-00003.safetensors", "t0,t1"],
      ["model-00002-of-00003.safetensors", "t2"],
      ["model-00003-of-00003.safetensors", "t3"]
    ]);
  });
});

function python(script: string, ...args: string[]): string {
  const run = spawnSync(PYTHON, ["-c", script, ...args], {encoding: "utf8"});
  expect(run.stderr).toBe("");
  return run.stdout;
}

describeWithPython("Python's safetensors", ["safetensors.numpy", "numpy"], () => {
  const floats = Float32Array.from([1.5, -2, 3e-5, 65504]);
  const half = new Uint8Array(8);
  encode("F16", floats, 4, half);
  const whole = new Uint8Array(BigInt64Array.from([-5n, 2n ** 62n]).buffer);
  const ours: Parameters<typeof writeSafetensors>[1] = [
    {name: "f", dtype: "F32", shape: [2, 2], data: new Uint8Array(floats.buffer)},
    {name: "h", dtype: "F16", shape: [4], data: half},
    {name: "i", dtype: "I64", shape: [2], data: whole},
    {name: "e", dtype: "F32", shape: [0, 3], data: new Uint8Array(0)},
    {name: "s", dtype: "F32", shape: [], data: new Uint8Array(Float32Array.of(7).buffer)},
    {name: "b", dtype: "BOOL", shape: [2], data: Uint8Array.of(1, 0)}
  ];

  it("reads what is written here, and writes the same bytes again", async () => {
    const written = join(work.path, "ours.safetensors");
    const again = join(work.path, "theirs.safetensors");
    await writeSafetensors(written, ours);
    const stdout = python(
      `
import sys, json
from safetensors.numpy import load_file, save_file
t = load_file(sys.argv[1])
print(json.dumps({k: [v.dtype.name, v.shape, v.astype("float64").ravel().tolist()] for k, v in t.items()}))
save_file(t, sys.argv[2], metadata={"format": "pt"})`,
      written,
      again
    );
    const read = JSON.parse(stdout) as Record<string, [string, number[], number[]]>;
    expect(read.f).toEqual(["float32", [2, 2], [...floats]]);
    const halves = new Float32Array(4);
    decode("F16", half, 4, halves);
    expect(read.h).toEqual(["float16", [4], [...halves]]);
    expect(read.i).toEqual(["int64", [2], [-5, 2 ** 62]]);
    expect(read.e).toEqual(["float32", [0, 3], []]);
    expect(read.s).toEqual(["float32", [], [7]]);
    expect(read.b).toEqual(["bool", [2], [1, 0]]);
    expect(await readFile(again)).toEqual(await readFile(written));
  });

  it("writes what is read here", async () => {
    const theirs = join(work.path, "from-python.safetensors");
    python(
      `
import sys, numpy as np
from safetensors.numpy import save_file
save_file({
  "model.layers.0.w": np.arange(6, dtype=np.float32).reshape(2, 3) / 3,
  "ids": np.array([1, -1], dtype=np.int64),
  "half": np.array([0.1, 6e-8], dtype=np.float16),
  "wide": np.array([1 / 3], dtype=np.float64),
}, sys.argv[1])`,
      theirs
    );
    const {tensors} = await openCheckpoint(theirs);
    expect(Object.fromEntries([...tensors].map(([name, {dtype, shape}]) => [name, [dtype, shape]]))).toEqual({
      "model.layers.0.w": ["F32", [2, 3]],
      ids: ["I64", [2]],
      half: ["F16", [2]],
      wide: ["F64", [1]]
    });
    const values = async (name: string) => {
      const {dtype} = tensors.get(name)!;
      const bytes = await readBytes(await openCheckpoint(theirs), name);
      const out = new Float32Array(bytes.byteLength / (DTYPE_BITS[dtype] / 8));
      decode(dtype, bytes, out.length, out);
      return [...out];
    };
    expect(await values("model.layers.0.w")).toEqual([0, 1, 2, 3, 4, 5].map((v) => Math.fround(v / 3)));
    expect(await values("half")).toEqual([rounded("F16", 0.1), 2 ** -24]);
    expect(await values("wide")).toEqual([Math.fround(1 / 3)]);
  });

  it("reads every shard of a merge, and each tensor where the index says it is", async () => {
    for (const name of ["one", "two"])
      await writeModel(join(work.path, name), {
        "model.layers.0.w": {values: [1, 2, 3, name === "one" ? 4 : 8], dtype: "F16"},
        "model.layers.1.w": {values: [0.5, 1, 2, 3], dtype: "F16"}
      });
    const {out} = await mergeIn(
      work.path,
      {merge_method: "linear", models: ["one", "two"].map((model) => ({model, parameters: {weight: 1}}))},
      {shardSize: 8}
    );
    const stdout = python(
      `
import sys, json, os
from safetensors.numpy import load_file
index = json.load(open(os.path.join(sys.argv[1], "model.safetensors.index.json")))
print(json.dumps({n: load_file(os.path.join(sys.argv[1], f))[n].tolist() for n, f in index["weight_map"].items()}))`,
      out
    );
    expect(JSON.parse(stdout)).toEqual({
      "model.layers.0.w": [1, 2, 3, 6],
      "model.layers.1.w": [0.5, 1, 2, 3]
    });
  });
});

describe("opening a sharded checkpoint", () => {
  it("names a shard that is missing, a tensor that is not in its shard, and one the index does not know", async () => {
    const {mkdir} = await import("node:fs/promises");
    const folder = join(work.path, "sharded");
    await mkdir(folder);
    const one = (name: string) => [{name, dtype: "U8" as Dtype, shape: [1], data: new Uint8Array(1)}];
    await writeSafetensors(join(folder, "x.safetensors"), [...one("a"), ...one("extra")]);
    await writeFile(
      join(folder, "model.safetensors.index.json"),
      JSON.stringify({weight_map: {a: "x.safetensors", gone: "x.safetensors", b: "y.safetensors"}})
    );
    await expect(openCheckpoint(folder)).rejects.toThrow(/shard y\.safetensors/);
    await expect(openCheckpoint(folder)).rejects.toThrow(/"gone"/);
    await expect(openCheckpoint(folder)).rejects.toThrow(/"extra"/);
  });
});

describe("rows of a table", () => {
  it.each(["F16", "BF16", "F32"] as const)("are those of the whole table (%s)", async (dtype) => {
    const values = Float32Array.from({length: 40 * 3}, (_, i) => i / 4 - 11);
    const folder = await writeModel(join(work.path, `rows-${dtype}`), {
      before: {dtype, shape: [5], values: [1, 2, 3, 4, 5]},
      table: {dtype, shape: [40, 3], values: [...values]}
    });
    const table = (await openCheckpoint(folder)).tensors.get("table")!;
    expect(await readTensorFloats(table)).toEqual(values);
    for (const rows of [[], [0], [39], [0, 1, 2, 7, 20, 21, 39], Array.from({length: 40}, (_, i) => i)])
      expect([...(await readTensorRows(table, rows))]).toEqual(
        rows.flatMap((row) => [...values.subarray(row * 3, row * 3 + 3)])
      );
    await expect(readTensorRows(table, [38, 40])).rejects.toThrow("ends within the tensor table");
  });
});

describe("16-bit numbers", () => {
  it("round to nearest, ties to even", () => {
    expect(rounded("BF16", 1 + 2 ** -8)).toBe(1);
    expect(rounded("BF16", 1 + 3 * 2 ** -8)).toBe(1 + 2 ** -6);
    expect(rounded("F16", 1 + 2 ** -11)).toBe(1);
    expect(rounded("F16", 1 + 3 * 2 ** -11)).toBe(1 + 2 ** -9);
    expect(rounded("F16", 65519)).toBe(65504);
    expect(rounded("F16", 65520)).toBe(Infinity);
    expect(rounded("F16", 2 ** -25)).toBe(0);
    expect(rounded("F16", 1.0001 * 2 ** -25)).toBe(2 ** -24);
    expect(rounded("BF16", 3.4e38)).toBe(Infinity);
    expect(rounded("BF16", NaN)).toBeNaN();
  });

  it("all read back as what was written", () => {
    const bytes = new Uint8Array(2);
    const out = new Float32Array(1);
    for (let bits = 0; bits < 65536; bits++) {
      bytes[0] = bits & 255;
      bytes[1] = bits >> 8;
      for (const [dtype, toBits] of [
        ["BF16", bf16Bits],
        ["F16", f16Bits]
      ] as const) {
        decode(dtype, bytes, 1, out);
        if (Number.isNaN(out[0]!)) continue;
        if (toBits(out[0]!) !== bits) throw new Error(`${dtype} ${bits}`);
      }
    }
  });

  it("of eight bits read as their formats say", () => {
    const out = new Float32Array(4);
    decode("F8_E4M3", new Uint8Array([0x38, 0x7e, 0x01, 0x7f]), 4, out);
    expect([...out]).toEqual([1, 448, 2 ** -9, NaN]);
    decode("F8_E5M2", new Uint8Array([0x3c, 0x7b, 0x01, 0x7c]), 4, out);
    expect([...out]).toEqual([1, 57344, 2 ** -16, Infinity]);
    decode("F8_E4M3FNUZ", new Uint8Array([0x40, 0x7f, 0x01, 0x80]), 4, out);
    expect([...out]).toEqual([1, 240, 2 ** -10, NaN]);
  });

  it("that are NaN or infinite are counted when written", () => {
    const values = Float32Array.from([1, NaN, Infinity, 3.4e38, 1e5]);
    const out = new Uint8Array(20);
    expect(encode("F32", values, 5, out)).toBe(2);
    expect(encode("BF16", values, 5, out)).toBe(3);
    expect(encode("F16", values, 5, out)).toBe(4);
  });
});
