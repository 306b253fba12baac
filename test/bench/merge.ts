// Times merges of generated bf16 models (a base and two fine-tunes) beside the floor: reading all inputs and writing
// the output on the same disk. `npm run bench:merge [-- MEGABYTES [METHOD …]]`, where METHOD may be "all"; models are made once and removed.
import {spawnSync} from "node:child_process";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync
} from "node:fs";
import {cpus, tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import type {merge} from "../../src/weights/merge/index.js";
import {METHODS} from "../../src/weights/merge/methods/index.js";
import {buildHeader, type PlannedTensor} from "../../src/weights/safetensors/header.js";

const TARGETED = ["linear", "task_arithmetic", "slerp", "ties", "dare_linear"];
const SELF = fileURLToPath(import.meta.url);

type Engine = {merge: typeof merge};

interface Timed {
  wall: number;
  cpu: number;
  peakMegabytes: number;
  mergeSeconds?: number;
  hashSeconds?: number;
}

/** Shapes of a Llama-like model of about so many megabytes in bf16. */
function shapes(megabytes: number): PlannedTensor[] {
  const hidden = 1024;
  const tensor = (name: string, ...shape: number[]): PlannedTensor => ({name, dtype: "BF16", shape});
  const tensors = [
    tensor("model.embed_tokens.weight", 32000, hidden),
    tensor("lm_head.weight", 32000, hidden),
    tensor("model.norm.weight", hidden)
  ];
  const layer = (i: number) => {
    const p = `model.layers.${i}.`;
    return [
      ...["q", "o"].map((n) => tensor(`${p}self_attn.${n}_proj.weight`, hidden, hidden)),
      ...["k", "v"].map((n) => tensor(`${p}self_attn.${n}_proj.weight`, 256, hidden)),
      ...["gate", "up"].map((n) => tensor(`${p}mlp.${n}_proj.weight`, 2816, hidden)),
      tensor(`${p}mlp.down_proj.weight`, hidden, 2816),
      ...["input", "post_attention"].map((n) => tensor(`${p}${n}_layernorm.weight`, hidden))
    ];
  };
  const bytes = (list: readonly PlannedTensor[]) =>
    list.reduce((sum, {shape}) => sum + 2 * shape.reduce((a, b) => a * b, 1), 0);
  for (let i = 0; bytes(tensors) < megabytes * 1e6; i++) tensors.push(...layer(i));
  return tensors;
}

function writeModel(folder: string, tensors: readonly PlannedTensor[], seed: number): void {
  mkdirSync(folder);
  const {head, fileBytes} = buildHeader(tensors);
  const fd = openSync(join(folder, "model.safetensors"), "w");
  writeSync(fd, head);
  const block = new Uint16Array(1 << 20);
  let state = 12345;
  for (let left = fileBytes - head.byteLength; left > 0;) {
    // The base's stream is the same for all models, so that fine-tunes differ from it by a little.
    for (let i = 0; i < block.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      const fine = seed === 0 ? 0 : (Math.imul(state ^ (seed * 0x9e3779b1), 0x85ebca6b) >>> 29) - 3;
      block[i] = ((state >>> 16) & 0x8000) | ((0x3c80 + ((state >>> 8) & 0xff) + fine) & 0x7fff);
    }
    const bytes = Buffer.from(block.buffer, 0, Math.min(left, block.byteLength));
    writeSync(fd, bytes);
    left -= bytes.byteLength;
  }
  fsyncSync(fd);
  closeSync(fd);
  writeFileSync(join(folder, "config.json"), JSON.stringify({model_type: "llama", torch_dtype: "bfloat16"}));
}

/** Replaces a model by one table of 1 GB of zeros that takes no room on the disk: only memory is of interest. */
function writeHollow(folder: string): void {
  const {head, fileBytes} = buildHeader([
    {name: "model.embed_tokens.weight", dtype: "BF16", shape: [250_000, 2000]}
  ]);
  writeFileSync(join(folder, "model.safetensors"), head);
  truncateSync(join(folder, "model.safetensors"), fileBytes);
}

/** Reads every byte of the inputs and writes as many as the output has, flushed. */
function floor(folders: readonly string[], out: string): void {
  const buffer = Buffer.alloc(1 << 20);
  for (const folder of folders) {
    const fd = openSync(join(folder, "model.safetensors"), "r");
    while (readSync(fd, buffer) > 0);
    closeSync(fd);
  }
  const from = openSync(join(folders[0]!, "model.safetensors"), "r");
  const to = openSync(out, "w");
  for (let n = readSync(from, buffer); n > 0; n = readSync(from, buffer)) writeSync(to, buffer, 0, n);
  fsyncSync(to);
  closeSync(from);
  closeSync(to);
}

/** Methods of a base and one other model; the rest take two others. */
const PAIRS: Record<string, object> = {slerp: {t: 0.4}, nearswap: {t: 0.01}, arcee_fusion: {}};
/** Parameters by which methods do their usual work. */
const TOGETHER: Record<string, object> = {sce: {select_topk: 0.1}};
const NO_BASE = ["linear", "karcher", "nuslerp", "multislerp"];
const NO_WEIGHTS = ["karcher", "model_stock", "sce", "ram", "ramplus_tl"];

function recipeOf(method: string, folder: string): object {
  const [base, a, b] = ["base", "a", "b"].map((name) => join(folder, name));
  if (PAIRS[method])
    return {merge_method: method, base_model: base, models: [{model: a}], parameters: PAIRS[method]};
  if (method === "passthrough") return {merge_method: method, models: [{model: a, parameters: {scale: 0.9}}]};
  const own = (weight: number) =>
    NO_WEIGHTS.includes(method)
      ? {}
      : {
          weight,
          density: /ties|dare|breadcrumbs|della/.test(method) ? (/bread/.test(method) ? 0.9 : 0.5) : undefined
        };
  return {
    merge_method: method,
    base_model: !NO_BASE.includes(method) ? base : undefined,
    models: [
      ...(method === "linear" || method === "karcher" ? [{model: base, parameters: own(0.2)}] : []),
      {model: a, parameters: own(0.5)},
      {model: b, parameters: own(0.3)}
    ],
    parameters: TOGETHER[method]
  };
}

/** Folders whose every byte a merge has to read. */
function inputsOf(method: string): string[] {
  if (method === "passthrough") return ["a"];
  if (PAIRS[method]) return ["base", "a"];
  return method === "nuslerp" || method === "multislerp" ? ["a", "b"] : ["base", "a", "b"];
}

/** Runs this file again for one job, so that CPU and memory are that job's alone. */
function apart(...args: string[]): Timed {
  const run = spawnSync(process.execPath, ["--import", "tsx", SELF, ...args], {encoding: "utf8"});
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout.trim().split("\n").at(-1)!) as Timed;
}

/** The compiled engine where it has been built, so that the time is not the loader's of TypeScript. */
async function loadEngine(): Promise<Engine> {
  const compiled = new URL("../../lib/weights/merge/index.js", import.meta.url);
  return existsSync(compiled)
    ? ((await import(compiled.href)) as Engine)
    : import("../../src/weights/merge/index.js");
}

async function job(what: string, folder: string): Promise<void> {
  const out = join(folder, "out");
  rmSync(out, {recursive: true, force: true});
  const engine = await loadEngine();
  const cpu = process.cpuUsage();
  const started = performance.now();
  let report: {mergeSeconds?: number; hashSeconds?: number} = {};
  if (what.startsWith("floor")) {
    const used = inputsOf(what.slice("floor:".length));
    floor(
      used.map((name) => join(folder, name)),
      out
    );
  } else {
    const {timings} = await engine.merge(recipeOf(what, folder), {
      out,
      hashCache: join(folder, "hashes.json"),
      threads: 2
    });
    report = {mergeSeconds: timings.mergeSeconds, hashSeconds: timings.hashSeconds};
  }
  const wall = (performance.now() - started) / 1000;
  const {user, system} = process.cpuUsage(cpu);
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({wall, cpu: (user + system) / 1e6, peakMegabytes, ...report}));
}

const best = (runs: readonly Timed[], of: (run: Timed) => number) =>
  runs.reduce((a, b) => (of(b) < of(a) ? b : a));

function bench(megabytes: number, methods: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), "assay-bench-merge-"));
  try {
    const tensors = shapes(megabytes);
    ["base", "a", "b"].forEach((name, seed) => writeModel(join(folder, name), tensors, seed));
    const parameters = tensors.reduce((sum, {shape}) => sum + shape.reduce((a, b) => a * b, 1), 0);
    console.log(
      `${(parameters / 1e6).toFixed(0)}M parameters, bf16, base + 2; Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? "unknown"})`
    );
    const hashing = apart("--job", "linear", folder).hashSeconds!;
    console.log(`hashing the inputs once: ${hashing.toFixed(2)} s`);
    const rows = [
      "| method | floor s | merge s | times floor | floor CPU s | CPU s | peak MB |",
      "| --- | --- | --- | --- | --- | --- | --- |"
    ];
    for (const method of methods) {
      const floors: Timed[] = [];
      const merges: Timed[] = [];
      for (let i = 0; i < 2; i++) {
        floors.push(apart("--job", `floor:${method}`, folder));
        merges.push(apart("--job", method, folder));
      }
      const low = best(floors, ({wall}) => wall);
      const run = best(merges, ({mergeSeconds}) => mergeSeconds!);
      const times = run.mergeSeconds! / low.wall;
      const figures = [low.wall, run.mergeSeconds!, times, low.cpu, run.cpu].map((v) => v.toFixed(2));
      rows.push(`| ${method} | ${figures.join(" | ")} | ${run.peakMegabytes.toFixed(0)} |`);
      console.log(rows.at(-1));
    }
    console.log(rows.join("\n"));
    ["base", "a", "b"].forEach((name) => writeHollow(join(folder, name)));
    for (const method of ["ties", "dare_linear"]) {
      const {peakMegabytes} = apart("--job", method, folder);
      console.log(`${method} with one table of 1 GB: peak ${peakMegabytes.toFixed(0)} MB`);
    }
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

function chosen(names: readonly string[]): readonly string[] {
  return names.length === 0 ? TARGETED : names[0] === "all" ? Object.keys(METHODS) : names;
}

const [first, second, third] = process.argv.slice(2);
if (first === "--job" && second && third && existsSync(third) && readdirSync(third).length > 0)
  await job(second, third);
else bench(Number(first ?? 500), chosen(process.argv.slice(3)));
