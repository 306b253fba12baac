import {spawnSync} from "node:child_process";
import {appendFileSync, existsSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {beforeAll, describe, expect, it} from "vitest";
import {parse} from "yaml";
import {type JobPlan, noteJob} from "../../../src/training/jobs/index.js";
import {sha256} from "../../../src/base/system/index.js";
import {jobDir, type JobRecord, type Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {planOf} from "./support/plan.js";

const standIns = fileURLToPath(new URL("support/python", import.meta.url));
const hasPython = spawnSync("python3", ["--version"]).status === 0;
if (!hasPython) console.warn("skipped: scripts are not run (no python3)");
let workspace: Workspace;
beforeAll(async () => void (workspace = await temporaryWorkspace()));

const pair = {
  prompt: [{role: "user", content: "Question"}],
  chosen: [{role: "assistant", content: "good"}],
  rejected: [{role: "assistant", content: "bad"}]
};

/** A job of a tool as the command line notes it, its examples pairs, conversations, or these. */
async function noted(
  tool: string,
  more: Partial<JobPlan>,
  lines: object[] = more.format?.endsWith("-dpo") ? [pair] : []
): Promise<{job: JobRecord; folder: string; read(name: string): string}> {
  const plan = planOf(
    workspace,
    {service: "command", trust: "local", tool: tool as "trl", run: "true"},
    more
  );
  if (lines.length > 0)
    for (const data of plan.data) {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      writeFileSync(join(plan.folder, data.path), text);
      Object.assign(data, {sha256: sha256(text), bytes: text.length, rows: lines.length});
    }
  const job = await noteJob(workspace, plan);
  const folder = jobDir(workspace, job.id);
  return {job, folder, read: (name) => readFileSync(join(folder, name), "utf8")};
}

/** Runs a script in its folder, with stand-ins for the libraries that it calls. */
function ran(folder: string, env: NodeJS.ProcessEnv = {}) {
  const {status, stdout, stderr} = spawnSync("python3", ["train.py"], {
    cwd: folder,
    encoding: "utf8",
    env: {...process.env, PYTHONPATH: standIns, PYTHONDONTWRITEBYTECODE: "1", ...env}
  });
  return {status, stderr, told: status === 0 ? (JSON.parse(stdout) as Record<string, unknown>) : undefined};
}

/** A call whose argument is of the type of `id`, and a tool that says so. */
function rowWithCall(format: string, id: unknown): object {
  const user = {role: "user", content: "Which?"};
  const call = {function: {name: "find", arguments: {id}}};
  const answer = {role: "assistant", content: null, tool_calls: [call]};
  if (format === "trl-dpo") return {prompt: [user], chosen: [answer], rejected: pair.rejected};
  const tools = [{type: "function", function: {name: "find", parameters: {id: {enum: [id]}}}}];
  return format === "trl" ? {prompt: [user], completion: [answer], tools} : {messages: [user, answer], tools};
}

const lora = {settings: {lora: {rank: 4}, rate: 1e-4, length: 256, epochs: 2, rows: 4, seed: 7}};

describe("LLaMA-Factory's configuration", () => {
  it("has the whole training, with our files, their hashes and how their lines are read", async () => {
    const {job, read} = await noted("llama-factory", {...lora, name: "factory", format: "sharegpt"});
    expect(parse(read("config.yml"))).toEqual({
      model_name_or_path: "base-model",
      stage: "sft",
      do_train: true,
      finetuning_type: "lora",
      lora_rank: 4,
      lora_alpha: 32,
      lora_target: "all",
      dataset_dir: ".",
      dataset: "train",
      eval_dataset: "validation",
      cutoff_len: 256,
      seed: 7,
      per_device_train_batch_size: 4,
      gradient_accumulation_steps: 1,
      num_train_epochs: 2,
      learning_rate: 1e-4,
      lr_scheduler_type: "cosine",
      warmup_steps: 2,
      bf16: true,
      logging_steps: 1,
      save_strategy: "epoch",
      eval_strategy: "epoch",
      report_to: "none",
      output_dir: "output"
    });
    const columns = {messages: "conversations"};
    expect(JSON.parse(read("dataset_info.json"))).toEqual({
      train: {file_name: "train.jsonl", sha256: job.data[0]!.sha256, formatting: "sharegpt", columns},
      validation: {
        file_name: "validation.jsonl",
        sha256: job.data[1]!.sha256,
        formatting: "sharegpt",
        columns
      }
    });
    expect(read("config.yml")).toMatch(
      new RegExp(
        `^# factory, job ${job.id}, written by Assay\\.\n# Data: questions@0123456789abcdef, split random`
      )
    );
    expect(read("SHA256SUMS")).toBe(job.data.map((one) => `${one.sha256}  ${one.path}\n`).join(""));
  });

  it("of pairs names the two answers, and what the job says in the tool's words comes last", async () => {
    const settings = {
      method: "full" as const,
      preference: {beta: 0.3},
      more: {bf16: false, template: "qwen", warmup_ratio: 0.1}
    };
    const {read} = await noted("llama-factory", {settings, name: "factory-pairs", format: "axolotl-dpo"});
    const config = parse(read("config.yml")) as Record<string, unknown>;
    expect(config).toMatchObject({
      stage: "dpo",
      finetuning_type: "full",
      pref_beta: 0.3,
      pref_loss: "sigmoid",
      learning_rate: 1e-6,
      bf16: false,
      template: "qwen",
      warmup_ratio: 0.1
    });
    expect(config).not.toHaveProperty("lora_rank");
    expect(config).not.toHaveProperty("warmup_steps");
    const info = JSON.parse(read("dataset_info.json")) as Record<string, object>;
    expect(info.train).toMatchObject({
      ranking: true,
      columns: {messages: "messages", chosen: "chosen", rejected: "rejected"},
      tags: {role_tag: "role", content_tag: "content", user_tag: "user", assistant_tag: "assistant"}
    });
  });
});

describe("what `more` says of epochs, rows, length and seed", () => {
  it("holds for all of a configuration", async () => {
    const settings = {more: {num_train_epochs: 40, per_device_train_batch_size: 2}};
    const {read} = await noted("llama-factory", {settings, name: "factory-more", format: "sharegpt"});
    // Three hundredths of 40 epochs of 6 steps.
    expect(parse(read("config.yml"))).toMatchObject({...settings.more, warmup_steps: 8});
    const own = {more: {max_length: 2048, seed: 5, model_init_kwargs: {attn_implementation: "sdpa"}}};
    const script = (await noted("unsloth", {settings: own, name: "unsloth-more", format: "openai"})).read(
      "train.py"
    );
    expect(script).toContain("max_seq_length=2048,");
    expect(script).toContain("random_state=5,");
    const trl = (await noted("trl", {settings: own, name: "trl-more", format: "trl"})).read("train.py");
    expect(trl).toContain('model_init_kwargs={"dtype": "bfloat16", "attn_implementation": "sdpa"}');
  });
});

describe("a configuration in YAML", () => {
  it.each(["llama-factory", "axolotl"])(
    "of %s says the same to readers of YAML 1.1, where a bare no is false and a bare date a time",
    async (tool) => {
      const plan = planOf(workspace, {service: "command", trust: "local", tool: tool as "trl", run: "true"});
      const settings = {more: {run_name: "2026-11-27", answer: "no", count: "1_000"}};
      const job = await noteJob(workspace, {
        ...plan,
        name: `${tool}-yaml`,
        settings,
        data: plan.data.slice(0, 1)
      });
      const text = readFileSync(join(jobDir(workspace, job.id), "config.yml"), "utf8");
      expect(parse(text, {version: "1.1"})).toEqual(parse(text));
      expect(parse(text, {version: "1.1"})).toMatchObject(settings.more);
      if (tool === "llama-factory")
        expect(parse(text, {version: "1.1"})).toMatchObject({eval_strategy: "no"});
    }
  );
});

describe("axolotl's configuration", () => {
  it("checks after each epoch, also where there is one, and not without rows to check on", async () => {
    const settings = {epochs: 1};
    const {read} = await noted("axolotl", {settings, name: "axolotl-one", format: "axolotl"});
    expect(parse(read("config.yml"))).toMatchObject({num_epochs: 1, eval_strategy: "epoch"});
    expect(read("config.yml")).not.toContain("evals_per_epoch");
    const plan = planOf(workspace, {service: "command", trust: "local", tool: "axolotl", run: "true"});
    const job = await noteJob(workspace, {...plan, name: "axolotl-none", data: plan.data.slice(0, 1)});
    expect(readFileSync(join(jobDir(workspace, job.id), "config.yml"), "utf8")).not.toContain(
      "eval_strategy"
    );
  });

  it("of pairs asks for DPO on our files, without an adapter where all weights are trained", async () => {
    const settings = {method: "full" as const, preference: {beta: 0.2}};
    const {read} = await noted("axolotl", {settings, name: "axolotl-pairs", format: "axolotl-dpo"});
    // Axolotl refuses both at once.
    const own = {...settings, more: {warmup_steps: 20}};
    const {read: readOwn} = await noted("axolotl", {
      settings: own,
      name: "axolotl-own",
      format: "axolotl-dpo"
    });
    expect(parse(readOwn("config.yml"))).toMatchObject({warmup_steps: 20});
    expect(parse(readOwn("config.yml"))).not.toHaveProperty("warmup_ratio");
    const set = {
      ds_type: "json",
      split: "train",
      type: "chat_template.default",
      field_messages: "messages",
      field_chosen: "chosen",
      field_rejected: "rejected"
    };
    expect(parse(read("config.yml"))).toEqual({
      base_model: "base-model",
      rl: "dpo",
      rl_beta: 0.2,
      datasets: [{path: "train.jsonl", ...set}],
      test_datasets: [{path: "validation.jsonl", ...set}],
      val_set_size: 0,
      dataset_prepared_path: "prepared",
      dataset_exact_deduplication: false,
      seed: 0,
      sequence_len: 1024,
      sample_packing: false,
      micro_batch_size: 8,
      gradient_accumulation_steps: 1,
      num_epochs: 3,
      optimizer: "adamw_torch",
      lr_scheduler: "cosine",
      learning_rate: 1e-6,
      warmup_ratio: 0.03,
      bf16: "auto",
      gradient_checkpointing: true,
      logging_steps: 1,
      eval_strategy: "epoch",
      save_strategy: "epoch",
      output_dir: "output"
    });
  });
});

const shared = {
  output_dir: "output",
  num_train_epochs: 2,
  per_device_train_batch_size: 4,
  learning_rate: 1e-4,
  lr_scheduler_type: "cosine",
  warmup_steps: 0.03,
  max_length: 256,
  seed: 7,
  logging_steps: 1,
  save_strategy: "epoch",
  eval_strategy: "epoch",
  report_to: "none"
};

describe.skipIf(!hasPython)("a script, run by Python with stand-ins for its libraries", () => {
  it("of Unsloth trains on the text that the tokenizer's template makes, and saves where it is collected", async () => {
    const {folder} = await noted("unsloth", {...lora, name: "unsloth", format: "openai"});
    const {told, stderr} = ran(folder);
    expect(stderr).toBe("");
    expect(told).toMatchObject({
      trainer: "SFTTrainer",
      model: {
        model: {
          model_name: "base-model",
          max_seq_length: 256,
          load_in_4bit: false,
          full_finetuning: false
        },
        adapter: {r: 4, lora_alpha: 32, lora_dropout: 0, random_state: 7}
      },
      processing_class: "tokenizer",
      args: {config: "SFTConfig", ...shared, dataset_text_field: "text"}
    });
    const [first] = told!.train_dataset as object[];
    // Unsloth adds the first token, where the template's text does not name it.
    expect(first).toEqual({text: "<user>Question 0 of train<assistant>answer 0"});
    const named = ran(folder, {TEMPLATE: "<s>..."}).told!.train_dataset as object[];
    expect(named[0]).toEqual({text: "<s><user>Question 0 of train<assistant>answer 0"});
    expect(told!.eval_dataset).toHaveLength(12);
    expect(existsSync(join(folder, "output", "adapter_config.json"))).toBe(true);
  });

  it("of Unsloth hands tools and calls to the template as objects, a developer as system, and keeps dates texts", async () => {
    const messages = [
      {role: "developer", content: "Be brief."},
      {role: "user", content: "Weather?"},
      {
        role: "assistant",
        content: null,
        tool_calls: [{id: "a", type: "function", function: {name: "weather", arguments: '{"city": "Rome"}'}}]
      },
      {role: "tool", tool_call_id: "a", content: "2026-11-27"},
      {role: "assistant", content: "2026-11-28"}
    ];
    const tools = [{type: "function", function: {name: "weather"}}];
    const {folder} = await noted("unsloth", {...lora, name: "unsloth-tools", format: "openai"}, [
      {tools, messages}
    ]);
    const {told, stderr} = ran(folder);
    expect(stderr).toBe("");
    const called = [{id: "a", type: "function", function: {name: "weather", arguments: {city: "Rome"}}}];
    const [{text}] = told!.train_dataset as [{text: string}];
    const [toolText, rest] = text.split("<system>") as [string, string];
    expect(JSON.parse(toolText)).toEqual(tools);
    const [before, after] = rest.split("<assistant>", 2) as [string, string];
    expect(before).toBe("Be brief.<user>Weather?");
    expect(JSON.parse(after.split("<tool>")[0]!)).toEqual(called);
    expect(text).toMatch(/<tool>2026-11-27<assistant>2026-11-28$/);
  });

  it.each([
    ["unsloth", "openai"],
    ["unsloth", "trl-dpo"],
    ["trl", "trl"],
    ["trl", "trl-dpo"]
  ])("of %s takes values of several types in %s, as tools and calls have them", async (tool, format) => {
    const rows = [5, "x7"].map((id) => rowWithCall(format, id));
    const {folder} = await noted(tool, {...lora, name: `${tool}-mixed-${format}`, format}, rows);
    const {told, stderr} = ran(folder);
    expect(stderr).toBe("");
    const made = told!.train_dataset as object[];
    if (format === "openai")
      expect(made).toEqual([
        {text: expect.stringMatching(/"enum": \[5\].*"arguments": \{"id": 5\}/)},
        {text: expect.stringMatching(/"enum": \["x7"\].*"arguments": \{"id": "x7"\}/)}
      ]);
    else expect(made).toEqual(rows);
    const before = ran(folder, {DATASETS: "4.6"});
    expect(before.status).toBe(format === "openai" ? 0 : 1);
  });

  it("of pairs cuts no prompt to the length of earlier releases", async () => {
    const {folder} = await noted("trl", {name: "trl-prompts", format: "trl-dpo"});
    expect(ran(folder, {TRANSFORMERS: "4"}).told!.args).toMatchObject({max_prompt_length: null});
    expect(ran(folder, {TRANSFORMERS: "5"}).told!.args).not.toHaveProperty("max_prompt_length");
    const settings = {more: {max_prompt_length: 64}};
    const own = await noted("trl", {settings, name: "trl-own-prompts", format: "trl-dpo"});
    expect(ran(own.folder, {TRANSFORMERS: "4"}).told!.args).toMatchObject({max_prompt_length: 64});
  });

  it.each(["unsloth", "trl"])("of %s trains on pairs by DPO", async (tool) => {
    const settings = {method: "full" as const, preference: {beta: 0.2}};
    const {folder} = await noted(tool, {settings, name: `${tool}-pairs`, format: "trl-dpo"});
    const {told, stderr} = ran(folder);
    expect(stderr).toBe("");
    expect(told).toMatchObject({
      trainer: "DPOTrainer",
      args: {config: "DPOConfig", beta: 0.2, learning_rate: 1e-6, max_length: 1024},
      train_dataset: [pair],
      eval_dataset: [pair]
    });
    expect(JSON.stringify(told)).not.toMatch(/lora_alpha|dataset_text_field/);
    const {args} = told as {args: object};
    if (tool === "trl") expect(args).toMatchObject({model_init_kwargs: {dtype: "float32"}});
    else expect(args).not.toHaveProperty("model_init_kwargs");
  });

  it.each([[{}], [{EXPERIMENTAL_KTO: "1"}]])("of TRL trains on marked answers by KTO (%o)", async (env) => {
    const line = {prompt: pair.prompt, completion: pair.chosen, label: true};
    const settings = {preference: {beta: 0.2}};
    const plan = {settings, name: `kto${Object.keys(env).length}`, format: "trl-kto"};
    const {folder} = await noted("trl", plan, [line]);
    const {told, stderr} = ran(folder, env);
    expect(stderr).toBe("");
    expect(told).toMatchObject({
      trainer: "KTOTrainer",
      args: {config: "KTOConfig", beta: 0.2, learning_rate: 2e-5},
      train_dataset: [line],
      eval_dataset: [line]
    });
  });

  it.each(["unsloth", "trl"])(
    "of %s warms up by the name that transformers has for it, or as the job says",
    async (tool) => {
      const {folder} = await noted(tool, {...lora, name: `${tool}-warm`, format: "openai"});
      expect(ran(folder, {TRANSFORMERS: "4"}).told!.args).toMatchObject({warmup_ratio: 0.03});
      expect(ran(folder, {TRANSFORMERS: "5"}).told!.args).toMatchObject({warmup_steps: 0.03});
      const settings = {...lora.settings, more: {warmup_steps: 20}};
      const own = await noted(tool, {settings, name: `${tool}-own`, format: "openai"});
      expect(ran(own.folder, {TRANSFORMERS: "4"}).told!.args).toMatchObject({warmup_steps: 20});
      expect(ran(own.folder, {TRANSFORMERS: "4"}).told!.args).not.toHaveProperty("warmup_ratio");
    }
  );

  it("runs nothing that stands in the name of a split", async () => {
    const split = {id: "s", name: 'by "day"\nsys.exit(7)\r# \u2028sys.exit(8)'};
    const {folder} = await noted("trl", {...lora, name: "split", format: "trl", split} as never);
    expect(ran(folder)).toMatchObject({status: 0});
  });

  it("of TRL hands the adapter to the trainer", async () => {
    const {folder} = await noted("trl", {...lora, name: "trl", format: "trl"});
    const {told} = ran(folder);
    expect(told).toMatchObject({
      trainer: "SFTTrainer",
      model: "base-model",
      args: {config: "SFTConfig", ...shared, model_init_kwargs: {dtype: "bfloat16"}},
      peft_config: {r: 4, lora_alpha: 32, target_modules: "all-linear", task_type: "CAUSAL_LM"}
    });
  });

  it.each(["unsloth", "trl"])("of %s refuses data with another hash", async (tool) => {
    const {folder} = await noted(tool, {name: `${tool}-changed`, format: "openai"});
    appendFileSync(join(folder, "validation.jsonl"), "{}\n");
    const {status, stderr} = ran(folder);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^hash mismatch: validation\.jsonl has [0-9a-f]{64}, not [0-9a-f]{64}/);
    expect(existsSync(join(folder, "output"))).toBe(false);
  });
});
