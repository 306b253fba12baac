// Times training steps of random models: tokens a second, CPU seconds a step, peak memory beside the predicted one.
// `npm run bench:finetune [-- --model 15M|135M] [--method lora|full] [--precision f32|f16|q8_0] [--checkpointing] [--pairs] [--threads N] [--steps N]`
// LoRA of rank 8 on all linear layers, 4 rows of 256 tokens, all of them learned, clipping and AdamW, as torch was timed; with --pairs
// the rows are two better and two worse answers (DPO).
import {spawnSync} from "node:child_process";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {availableParallelism, cpus, loadavg, tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";
import {
  allTargets,
  defaultAdamW,
  initialWeights,
  type Precision,
  readConfig,
  train,
  type TrainingJob
} from "../../src/training/trainer/index.js";
import {rng} from "../../src/base/stats/index.js";
import {writeSafetensors} from "../../src/weights/safetensors/index.js";

const MODELS: Record<string, Record<string, number | string | boolean>> = {
  "1M": {
    hidden_size: 128,
    num_hidden_layers: 4,
    num_attention_heads: 4,
    intermediate_size: 384,
    vocab_size: 1024
  },
  "15M": {
    hidden_size: 288,
    num_hidden_layers: 6,
    num_attention_heads: 6,
    intermediate_size: 768,
    vocab_size: 32000
  },
  "135M": {
    hidden_size: 576,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    intermediate_size: 1536,
    vocab_size: 49152
  }
};

const {values} = parseArgs({
  options: {
    model: {type: "string", multiple: true, default: ["15M"]},
    method: {type: "string", default: "lora"},
    precision: {type: "string", default: "f32"},
    checkpointing: {type: "boolean", default: false},
    pairs: {type: "boolean", default: false},
    threads: {type: "string", default: String(Math.min(2, availableParallelism()))},
    steps: {type: "string", default: "4"},
    child: {type: "string"}
  }
});

if (values.child !== undefined) await measure(values.child);
else {
  console.log(
    `${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}\n`
  );
  console.log("| model | tokens/s, median | s a step | CPU s a step | peak RSS | predicted |");
  console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
  for (const model of values.model) {
    const folder = mkdtempSync(join(tmpdir(), "assay-bench-"));
    try {
      await writeModel(join(folder, "model"), model);
      const args = [
        "--import",
        "tsx",
        fileURLToPath(import.meta.url),
        ...process.argv.slice(2),
        "--child",
        folder
      ];
      const {stdout, stderr, status} = spawnSync(process.execPath, args, {encoding: "utf8"});
      if (status !== 0) throw new Error(stderr);
      console.log(`| ${model} ${describe()} | ${stdout.trim()} |`);
    } finally {
      rmSync(folder, {recursive: true, force: true});
    }
  }
}

function describe(): string {
  const {method, precision, checkpointing, pairs, threads} = values;
  return [method, precision, checkpointing ? "checkpointing" : "", pairs ? "pairs" : "", `${threads} threads`]
    .filter(Boolean)
    .join(", ");
}

async function writeModel(folder: string, model: string): Promise<void> {
  const sizes = MODELS[model];
  if (!sizes) throw new Error(`no model ${model}: ${Object.keys(MODELS).join(", ")}`);
  const json = {
    model_type: "llama",
    num_key_value_heads: sizes.num_attention_heads,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    max_position_embeddings: 2048,
    tie_word_embeddings: true,
    ...sizes
  };
  mkdirSync(folder);
  writeFileSync(join(folder, "config.json"), JSON.stringify(json));
  await writeSafetensors(
    join(folder, "model.safetensors"),
    [...initialWeights(readConfig(json, "bench"), "bench")].map(({name, shape, data}) => ({
      name,
      shape,
      dtype: "F32" as const,
      data: new Uint8Array(data.buffer)
    }))
  );
}

async function measure(folder: string): Promise<void> {
  const steps = Number(values.steps) + 1;
  const random = rng("bench");
  const rows = Array.from({length: 4 * steps}, () => {
    const ids = Array.from({length: 256}, () => random.int(1000));
    return {ids, labels: ids};
  });
  const job: TrainingJob = {
    base: join(folder, "model"),
    baseName: "bench",
    work: join(folder, "work"),
    identity: "bench",
    checkpointing: values.checkpointing,
    checkpointEvery: Infinity,
    data: values.pairs
      ? {
          kind: "pairs",
          train: Array.from({length: rows.length / 2}, (_, i) => ({
            chosen: rows[2 * i]!,
            rejected: rows[2 * i + 1]!
          })),
          validation: [],
          preference: {beta: 0.1, losses: [{loss: "sigmoid", weight: 1}]}
        }
      : {kind: "examples", train: rows, validation: []},
    settings: {
      adapter:
        values.method === "lora"
          ? {rank: 8, alpha: 16, rslora: false, dora: false, targets: [...allTargets]}
          : undefined,
      precision: values.precision as Precision,
      steps,
      rows: values.pairs ? 2 : 4,
      accumulate: 1,
      rate: 1e-4,
      schedule: "constant",
      warmUp: 0,
      optimizer: defaultAdamW,
      clip: 1,
      seed: 1,
      threads: Number(values.threads)
    }
  };
  const marks: {wall: number; cpu: number; tokens: number}[] = [];
  const outcome = await train(job, {
    onProgress: () => {
      const {user, system} = process.cpuUsage();
      marks.push({wall: performance.now() / 1000, cpu: (user + system) / 1e6, tokens: 1024});
    }
  });
  // The first step plans memory and touches it: it is not counted.
  const each = marks
    .slice(1)
    .map((mark, i) => ({wall: mark.wall - marks[i]!.wall, cpu: mark.cpu - marks[i]!.cpu}));
  const median = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
  const wall = median(each.map((step) => step.wall));
  const cpu = median(each.map((step) => step.cpu));
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const cells = [
    (1024 / wall).toFixed(0),
    wall.toFixed(2),
    cpu.toFixed(1),
    megabytes(outcome.memory.peak),
    megabytes(outcome.memory.predicted)
  ];
  console.log(cells.join(" | "));
}
