import {readFile, readdir, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {beforeAll, describe, expect, it} from "vitest";
import {
  answered,
  newAdapter,
  paddedRows,
  readConfig,
  resultFolder,
  runTraining,
  targetsOf,
  train,
  type TrainingJob,
  type TrainingProgress,
  type TrainingSettings
} from "../../../src/training/trainer/index.js";
import {predictMemory, refuseTooLarge, tooLarge} from "../../../src/training/trainer/training/memory.js";
import {readHeader, readTensorBytes, writeSafetensors} from "../../../src/weights/safetensors/index.js";
import {rng} from "../../../src/base/stats/rng.js";
import {sha256} from "../../../src/base/system/hash.js";
import {checkpoint, oneThread, temporaryFolder, tiny} from "./support.js";

/** Sums modulo 10 as tokens: something a tiny model learns. */
const sums = Array.from({length: 60}, (_, i) => {
  const [a, b] = [i % 10, Math.floor(i / 6)];
  return answered([a + 10, b + 20], [(a + b) % 10, 39]);
});
const pairs = sums.slice(0, 12).map((chosen) => ({
  chosen,
  rejected: answered(chosen.ids.slice(0, 2), [(chosen.ids[2]! + 3) % 10, 39])
}));

const preferences: TrainingJob["data"] = {
  kind: "pairs",
  train: pairs.slice(0, 9),
  validation: pairs.slice(9),
  preference: {beta: 0.3, losses: [{loss: "sigmoid", weight: 1}]}
};

let base: string;
beforeAll(async () => {
  base = await checkpoint(tiny, 0.05);
});

async function job(
  settings: Partial<TrainingSettings> = {},
  more: Partial<TrainingJob> = {}
): Promise<TrainingJob> {
  return {
    base,
    baseName: "tiny",
    work: await temporaryFolder(),
    identity: "one",
    checkpointing: false,
    checkpointEvery: 3,
    data: {kind: "examples", train: sums.slice(0, 48), validation: sums.slice(48)},
    settings: {
      precision: "f32",
      steps: 12,
      rows: 4,
      accumulate: 2,
      rate: 3e-3,
      schedule: "cosine",
      warmUp: 2,
      optimizer: {beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01},
      clip: 1,
      seed: 7,
      threads: 1,
      ...settings
    },
    ...more
  };
}

const lora = {rank: 4, alpha: 8, rslora: false, dora: false, targets: ["q_proj", "v_proj", "down_proj"]};

/** Names and hashes of the result's files. */
async function bytesOf(work: string): Promise<Record<string, string>> {
  const folder = resultFolder(work);
  const files = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, sha256(await readFile(join(folder, file)))] as const))
  );
}

/** The checkpoint as releases before wrote it: the curve among the header's state, no tensor of it, and no use. */
async function curveInHeader(file: string): Promise<void> {
  const {tensors, metadata} = await readHeader(file);
  const bytes = new Map<string, Buffer>();
  for (const tensor of tensors) bytes.set(tensor.name, await readTensorBytes({...tensor, file}));
  const values = new Float64Array(new Uint8Array(bytes.get("curve")!).buffer);
  const curve = Array.from({length: values.length / 5}, (_, i) => {
    const [step, loss, rate, norm, tokens] = values.subarray(5 * i);
    return {step, loss, rate, norm, tokens};
  });
  await writeSafetensors(
    file,
    tensors
      .filter(({name}) => name !== "curve")
      .map((tensor) => ({...tensor, data: bytes.get(tensor.name)!})),
    {...metadata, state: JSON.stringify({...JSON.parse(metadata.state!), curve, use: undefined})}
  );
}

describe("training", () => {
  it.each<[string, Partial<TrainingSettings>]>([
    ["all weights", {}],
    ["all weights, packed", {packed: 16}],
    ["all weights with dropout", {dropout: 0.1}],
    ["an adapter", {adapter: lora, rate: 2e-2}],
    ["a DoRA adapter over 16 bits", {adapter: {...lora, dora: true}, precision: "f16", rate: 2e-2}]
  ])("of %s lowers the loss, and the same job gives the same bytes", async (_, settings) => {
    const first = await job(settings);
    const outcome = await train(first);
    expect(outcome.status).toBe("finished");
    expect(outcome.curve.at(-1)!.loss).toBeLessThan(outcome.curve[0]!.loss - 0.05);
    expect(outcome.validations).toHaveLength(1);
    // What it began with is checked too, and is no check that decides.
    expect(outcome.before).toMatchObject({step: 0});
    expect(outcome.before!.loss).toBeGreaterThan(0);
    const second = await job(settings);
    await train(second);
    expect(await bytesOf(second.work)).toEqual(await bytesOf(first.work));
    const other = await job({...settings, seed: 8});
    await train(other);
    expect(await bytesOf(other.work)).not.toEqual(await bytesOf(first.work));
  });

  it.each<[string, Partial<TrainingSettings>, Partial<TrainingJob>]>([
    ["of examples", {}, {}],
    ["of preferences", {adapter: lora, rows: 3}, {data: preferences}]
  ])("%s on as many threads as are free gives the same bytes as on one", async (_, settings, more) => {
    const one = await job({...settings, steps: 4}, more);
    await train(one);
    const free = await job({...settings, steps: 4, threads: undefined}, more);
    const {library} = await train(free);
    expect(library.threads).toBeGreaterThanOrEqual(1);
    expect(await bytesOf(free.work)).toEqual(await bytesOf(one.work));
  });

  it("with layers computed again gives the same bytes", async () => {
    const plain = await job({steps: 4});
    await train(plain);
    const again = await job({steps: 4}, {checkpointing: true});
    await train(again);
    expect(await bytesOf(again.work)).toEqual(await bytesOf(plain.work));
  });

  it("stopped anywhere and begun again gives the bytes of an undisturbed one", async () => {
    const whole = await job({adapter: lora, validateEvery: 4});
    const undisturbed = await train(whole);
    const broken = await job({adapter: lora, validateEvery: 4});
    let steps = 0;
    const parts = [];
    for (let part = 0; part < 5; part++) {
      let own = 0;
      const outcome = await train(broken, {onProgress: () => own++, stopped: () => own >= 3});
      steps += own;
      parts.push(outcome.status);
      if (outcome.status === "finished") {
        expect(outcome.curve).toEqual(undisturbed.curve);
        expect(outcome.validations).toEqual(undisturbed.validations);
        expect(outcome.before).toEqual(undisturbed.before);
        break;
      }
    }
    expect(parts.filter((status) => status === "stopped").length).toBeGreaterThan(1);
    expect(steps).toBe(12);
    expect(await bytesOf(broken.work)).toEqual(await bytesOf(whole.work));
  });

  it("goes on from a checkpoint whose header does not grow with the steps, and from one of an earlier release", async () => {
    const whole = await job();
    await train(whole);
    const broken = await job();
    const file = join(broken.work, "checkpoint.safetensors");
    const sizes = [];
    for (const until of [3, 6]) {
      let step = 0;
      await train(broken, {onProgress: (progress) => (step = progress.step), stopped: () => step >= until});
      sizes.push((await readFile(file)).readUInt32LE(0));
    }
    // A step has more bytes than the digits of a time.
    expect(Math.abs(sizes[1]! - sizes[0]!)).toBeLessThan(32);
    await curveInHeader(file);
    const {curve, use} = await train(broken);
    expect(curve).toHaveLength(12);
    expect(use.since).toBe(6);
    expect(await bytesOf(broken.work)).toEqual(await bytesOf(whole.work));
  });

  it("ends early when validation gets no better, with the best weights as the result", async () => {
    const restless = await job({rate: 0.08, schedule: "constant", steps: 60, validateEvery: 2, patience: 3});
    const outcome = await train(restless);
    const best = outcome.validations.reduce((a, b) => (b.loss < a.loss ? b : a));
    expect(outcome.status).toBe("early");
    expect(outcome.step).toBeLessThan(60);
    expect(outcome.resultStep).toBe(best.step);
    expect(outcome.step - best.step).toBe(6);
  });

  it("begun again after its early end, or the last step, gives the same result", async () => {
    const settings = {rate: 0.08, schedule: "constant", validateEvery: 2, patience: 3} as const;
    for (const steps of [60, 4]) {
      const own = await job({...settings, steps});
      const first = await train(own);
      const expected = await bytesOf(own.work);
      await rm(resultFolder(own.work), {recursive: true});
      const second = await train(own);
      const {status, step, resultStep, validations} = first;
      expect(status).toBe(steps === 60 ? "early" : "finished");
      expect(second).toMatchObject({status, step, resultStep});
      expect(second.validations).toEqual(validations);
      expect(await bytesOf(own.work)).toEqual(expected);
    }
  });

  it("counts the seconds and the memory of all its processes", {tags: ["long"]}, async () => {
    const own = await job({steps: 12});
    let seen = 0;
    const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 60));
    const {use} = await train(own, {onProgress: () => seen++, stopped: () => seen >= 9, pause: slow});
    expect(use.seconds).toBeGreaterThan(0.5);
    const whole = await train(own);
    expect(whole.curve).toHaveLength(12);
    expect(whole.use.since).toBe(0);
    // What writing the last checkpoint took is counted by nobody after it.
    expect(whole.use.seconds).toBeGreaterThan(0.5);
    expect(whole.memory.peak).toBeGreaterThanOrEqual(use.peakBytes);
  });

  it.each([["torch_dtype"], ["dtype"]])(
    "writes what its weights are into the result's config.json, as %s",
    async (key) => {
      const narrow = await checkpoint({...tiny, [key]: "bfloat16"}, 0.05);
      const own = await job({steps: 1}, {base: narrow});
      await train(own);
      const config = await readFile(join(resultFolder(own.work), "config.json"), "utf8");
      expect(JSON.parse(config)).toEqual({...tiny, [key]: "float32"});
    }
  );

  it("keeps the last weights where they are asked for, whatever validation says of them", async () => {
    const settings = {rate: 0.08, schedule: "constant", keepLast: true} as const;
    const restless = await job({...settings, steps: 60, validateEvery: 2, patience: 3});
    const outcome = await train(restless);
    expect(outcome.status).toBe("early");
    expect(outcome.resultStep).toBe(outcome.step);
    const alone = await job({...settings, steps: outcome.step});
    await train(alone);
    expect(await bytesOf(restless.work)).toEqual(await bytesOf(alone.work));
  });

  it("stops a loss that is no number, and keeps the weights of the last checkpoint", async () => {
    const wild = await job(
      {rate: 1e30, clip: undefined, warmUp: 4, schedule: "constant"},
      {checkpointEvery: 1}
    );
    const outcome = await train(wild);
    expect(outcome.status).toBe("diverged");
    expect(outcome.advice).toMatch(/step \d+ is NaN|rose to/);
    expect(outcome.advice).toMatch(/lower `rate` \(1e\+30 now/);
    expect(Object.keys(await bytesOf(wild.work))).toContain("model.safetensors");
  });

  it("stops a loss that rises in fewer than 40 steps, and keeps no weights from after that", async () => {
    const wild = await job(
      {rate: 3, clip: undefined, warmUp: 0, schedule: "constant", steps: 30},
      {checkpointEvery: 10}
    );
    const outcome = await train(wild);
    expect(outcome).toMatchObject({status: "diverged", resultStep: 0});
    expect(outcome.advice).toMatch(
      /^the loss rose to .* in the first\. There is no checkpoint from before that\./
    );
    expect(await readdir(wild.work)).not.toContain("result");
  });

  describe("whose loss falls and then rises", () => {
    const settings = {rate: 3, clip: undefined, warmUp: 300, steps: 300} as const;

    it("has the best validated weights as its result", async () => {
      const late = await job({...settings, validateEvery: 5}, {checkpointEvery: 5});
      const outcome = await train(late);
      const best = outcome.validations.reduce((a, b) => (b.loss < a.loss ? b : a));
      expect(outcome).toMatchObject({status: "diverged", resultStep: best.step});
      expect(outcome.validations.at(-1)!.loss).toBeGreaterThan(best.loss + 0.5);
      const alone = await job({...settings, validateEvery: 5, keepLast: true});
      let step = 0;
      await train(alone, {
        onProgress: (progress) => (step = progress.step),
        stopped: () => step >= best.step
      });
      const saved = await readHeader(join(alone.work, "checkpoint.safetensors"));
      const kept = await readHeader(join(resultFolder(late.work), "model.safetensors"));
      for (const tensor of kept.tensors) {
        const other = saved.tensors.find(({name}) => name === `weight/${tensor.name}`)!;
        expect(
          await readTensorBytes({...tensor, file: join(resultFolder(late.work), "model.safetensors")})
        ).toEqual(await readTensorBytes({...other, file: join(alone.work, "checkpoint.safetensors")}));
      }
    });

    it("has those of the last checkpoint from before the rise, where the last are wanted", async () => {
      const late = await job({...settings, keepLast: true}, {checkpointEvery: 5});
      const outcome = await train(late);
      expect(outcome.status).toBe("diverged");
      expect(outcome.resultStep).toBeGreaterThan(0);
      expect(outcome.resultStep).toBeLessThan(outcome.step - 10);
      const lowest = Math.min(...outcome.curve.map(({loss}) => loss));
      expect(outcome.curve[outcome.resultStep]!.loss).toBeLessThan(2 * lowest);
      expect(outcome.curve.at(-1)!.loss).toBeGreaterThan(2 * lowest);
    });
  });

  it("stops at a validation loss that is no number, and keeps the weights of the last checkpoint", async () => {
    const folder = await checkpoint(tiny, 0.05);
    const file = join(folder, "model.safetensors");
    const {tensors} = await readHeader(file);
    const kept = await Promise.all(
      tensors.map(async (tensor) => ({...tensor, data: await readTensorBytes({...tensor, file})}))
    );
    // More than 16 bits can hold, in a token that only validation has.
    const embedding = kept.find(({name}) => name === "model.embed_tokens.weight")!;
    for (let i = 0; i < 16; i++) embedding.data.writeFloatLE(1e30, 4 * (35 * 16 + i));
    await writeSafetensors(file, kept);
    const blind = await job(
      {adapter: lora, precision: "f16", validateEvery: 4, patience: 1},
      {
        base: folder,
        data: {
          kind: "examples",
          train: sums.slice(0, 48),
          validation: [sums[48]!, answered([35, 20], [3, 39])]
        }
      }
    );
    const outcome = await train(blind);
    expect(outcome).toMatchObject({status: "diverged", step: 4, resultStep: 3, validations: []});
    expect(outcome.advice).toMatch(
      /^the validation loss of step 4 is NaN\. The weights of step 3 are kept in .*`precision: "f32"`, and look at the validation part's rows/
    );
    expect(Object.keys(await bytesOf(blind.work))).toContain("adapter_model.safetensors");
  });

  it.each([
    ["an adapter against its own base", lora],
    ["all weights against the base", undefined]
  ])("by preferences, %s, raises the better answers", async (_, adapter) => {
    const prefer = await job(
      {adapter, rate: adapter ? 2e-2 : 2e-3, rows: 3, accumulate: 1},
      {data: preferences}
    );
    const outcome = await train(prefer);
    expect(outcome.curve[0]!.loss).toBeCloseTo(Math.LN2, 5);
    expect(outcome.curve.at(-1)!.loss).toBeLessThan(0.68);
    expect(outcome.validations[0]!.accuracy).toBeGreaterThanOrEqual(0);
  });

  it("of DoRA reads the modules it changes and no other weights", async () => {
    const folder = await checkpoint(tiny, 0.05);
    const file = join(folder, "model.safetensors");
    const {tensors} = await readHeader(file);
    const kept = await Promise.all(
      tensors.map(async (tensor) => ({...tensor, data: await readTensorBytes({...tensor, file})}))
    );
    // The model has no such weights, and floats they are not.
    const other = {name: "table", dtype: "I64" as const, shape: [2, 2], data: new Uint8Array(32)};
    await writeSafetensors(file, [...kept, other]);
    const dora = await job({adapter: {...lora, dora: true}, steps: 1}, {base: folder});
    expect((await train(dora)).status).toBe("finished");
  });

  it("is predicted with the largest weight's copies while it is read, and an adapter's first values", async () => {
    const config = readConfig({...tiny, vocab_size: 500_000, hidden_size: 1024, num_hidden_layers: 1}, "x");
    const backend = await oneThread();
    const {batch, labels} = paddedRows(sums.slice(0, 2));
    const parts = () => [[{batch, targets: targetsOf(batch, labels, 1)}]];
    const predicted = (rank: number) =>
      predictMemory(backend, config, {adapter: {...lora, rank}, precision: "q8_0", seed: 1}, parts, {
        checkpointing: false,
        reference: false
      });
    const embedding = 500_000 * 1024;
    // Both tables in 8 bits with a scale for every 32, and one of them as stored, as floats and as kept.
    expect(predicted(4)).toBeGreaterThan(2 * embedding * (34 / 32) + 10 * embedding);
    const small = {...tiny, vocab_size: 40};
    const added = await newAdapter(readConfig(small, "x"), {...lora, rank: 8}, 1, () => new Float32Array());
    const values = [...added.values()].reduce((sum, {data}) => sum + data.length, 0);
    const of = (rank: number) =>
      predictMemory(
        backend,
        readConfig(small, "x"),
        {adapter: {...lora, rank}, precision: "f32", seed: 1},
        parts,
        {checkpointing: false, reference: false}
      );
    // Values, gradients, two moments, and the first values.
    expect(of(16) - of(8)).toBeGreaterThan(4.5 * 4 * values);
  });

  it("that needs more memory than there is is refused with the numbers", () => {
    const settings = {precision: "f32"} as const;
    expect(() => refuseTooLarge(9.6e9, 4e9, {settings, checkpointing: false})).toThrow(
      /needs about 9\.6 GB of memory, and 4\.0 GB are available.*checkpointing.*lora/
    );
    expect(() => refuseTooLarge(3e9, 4e9, {settings, checkpointing: false})).not.toThrow();
    expect(tooLarge(9.6e9, 4e9, {settings, checkpointing: true, initial: {seed: "s"}})).toMatch(
      /Use a smaller model, a smaller `rows`/
    );
  });
});

describe("the weights of a base from scratch", () => {
  const initial = {seed: "test", deviation: 0.05};
  async function unwritten(sizes: Record<string, unknown> = {}): Promise<string> {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "config.json"), JSON.stringify({...tiny, ...sizes}));
    return folder;
  }

  it("are drawn before training, the same as one after the other in memory", async () => {
    const folder = await unwritten();
    const {before, validations} = await train(await job({steps: 1}, {base: folder, initial}));
    expect([before, validations.length]).toEqual([undefined, 1]);
    const [drawn, expected] = await Promise.all(
      [folder, base].map((of) => readFile(join(of, "model.safetensors")))
    );
    expect(drawn).toEqual(expected);
  });

  it("are not drawn where memory does not suffice, or only a check is wanted", async () => {
    const huge = {hidden_size: 65_536, intermediate_size: 65_536, num_hidden_layers: 80};
    const folder = await unwritten({...huge, head_dim: 16});
    const large = await job({steps: 1}, {base: folder, initial});
    const started = performance.now();
    await expect(train(large)).rejects.toThrow(/needs about [\d.]+ GB .* Use .*a smaller model/);
    expect((await train({...large, checkOnly: true})).status).toBe("checked");
    expect(performance.now() - started).toBeLessThan(60_000);
    expect(await readdir(folder)).toEqual(["config.json"]);
  });

  it("are left out at once when it is asked to stop", async () => {
    const folder = await unwritten();
    let asked = 0;
    const stopped = () => ++asked > 3;
    const outcome = await train(await job({steps: 1}, {base: folder, initial}), {stopped});
    expect(outcome).toMatchObject({status: "stopped", step: 0});
    expect(asked).toBe(4);
    expect(await readdir(folder)).toEqual(["config.json"]);
  });
});

describe("a training's process", () => {
  it("killed at any moment loses at most the steps since the last checkpoint", {tags: ["long"]}, async () => {
    const rounds = 20;
    const whole = await job({adapter: lora});
    await runTraining(whole);
    const expected = await bytesOf(whole.work);
    const random = rng("kills");
    for (let round = 0; round < rounds; round++) {
      const killed = await job({adapter: lora});
      const after = 1 + random.int(10);
      let pid = 0;
      let seen = 0;
      const firstSteps: TrainingProgress[] = [];
      await expect(
        runTraining(killed, {
          onStart: (id) => (pid = id),
          onProgress: () => {
            if (++seen === after) process.kill(pid, "SIGKILL");
          }
        })
      ).rejects.toThrow(/ended \(SIGKILL\).*go on from the last checkpoint/);
      const outcome = await runTraining(killed, {onProgress: (progress) => firstSteps.push(progress)});
      expect(outcome.status).toBe("finished");
      expect(firstSteps[0]!.step).toBeGreaterThan(Math.floor(after / 3) * 3 - 3);
      expect(await bytesOf(killed.work)).toEqual(expected);
    }
  });

  it("ends its step and writes a checkpoint when it is asked to stop", async () => {
    const asked = await job({steps: 400});
    const controller = new AbortController();
    const outcome = await runTraining(asked, {
      signal: controller.signal,
      onProgress: ({step}) => step === 2 && controller.abort()
    });
    expect(outcome.status).toBe("stopped");
    expect(outcome.step).toBeLessThan(400);
    expect(await readdir(asked.work)).toContain("checkpoint.safetensors");
  });
});
