import {join} from "node:path";
import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {rng} from "../../src/base/stats/index.js";
import type {ModelManifest} from "../../src/weights/models/types.js";
import {hashJson, sha256, writeJsonAtomic} from "../../src/base/system/index.js";
import {
  COMPLETIONS,
  ITEMS,
  openStore,
  openWorkspace,
  type RunCandidate,
  type RunManifest,
  SCORES,
  type SplitManifest,
  type Store,
  type VersionManifest,
  type Workspace,
  writeParquetRows
} from "../../src/base/store/index.js";
import {modelDir, runDir} from "./folders.js";
import {type StoredFiles, storedFiles, writeStored} from "./storedFiles.js";

export const LABELS = ["billing", "bug", "how-to", "newsletter", "spam"];
/** What a hostile model might say: pages must show it as text. */
export const HOSTILE = `<img src=x onerror="window.attacked = true">`;

interface Player {
  candidate: RunCandidate;
  /** Chance of a right answer on a row of middling difficulty, as a logit. */
  skill: number;
  latencyMs: number;
  failing?: number;
  costUsd?: number;
}

/** The store's files: made once in a process, and written for each test that begins with them. */
let made: StoredFiles | undefined;

/**
 * Fills `project` with a small store made by the store's own functions: the dataset "mails" in two versions, a random and
 * a grouped split, models with parents, and sealed runs (two splits of one eval, an older run, a partial run, one in which
 * every request failed) with failed and reused completions.
 */
export async function sampleStore(project: string): Promise<Workspace> {
  const workspace = await openWorkspace(project, join(project, ".assay"));
  if (made) await writeStored(workspace.dir, made);
  else {
    await fill(workspace);
    made = await storedFiles(workspace.dir);
  }
  return workspace;
}

async function fill(workspace: Workspace): Promise<void> {
  const first = await pullMails(workspace, 500, "2026-11-02T08:00:00.000Z");
  const second = await pullMails(workspace, 620, "2026-11-16T08:00:00.000Z");
  const store = await openStore(workspace);
  try {
    const old = await ensureSplit(store, first, {name: "by thread", strategy: "group", test: 0.3});
    const random = await ensureSplit(store, second, {name: "random", strategy: "random", test: 0.4});
    const group = await ensureSplit(store, second, {name: "by thread", strategy: "group", test: 0.4});
    const models = await saveModels(workspace, second, group);
    const players = playersOf(models);
    const [, ...others] = players;
    await saveRun(store, {version: first, split: old, players: players.slice(0, 2), day: "2026-11-03"});
    await saveRun(store, {version: second, split: random, players, day: "2026-11-17", bonus: 0.35});
    await saveRun(store, {version: second, split: group, players, day: "2026-11-18"});
    await saveRun(store, {
      version: second,
      split: group,
      players: others.slice(0, 3),
      day: "2026-11-19",
      name: "mail-urgency",
      stopped: "--limit 40",
      limit: 40
    });
    const outage = players.slice(-1).map((player) => ({...player, failing: 1}));
    await saveRun(store, {
      version: second,
      split: group,
      players: outage,
      day: "2026-11-20",
      name: "mail-outage"
    });
  } finally {
    store.close();
  }
}

async function pullMails(workspace: Workspace, count: number, at: string): Promise<VersionManifest> {
  const dataset = defineDataset({
    name: "mails",
    description: "Mails of a help desk, made up for the tests.",
    licence: "CC0-1.0",
    source: {kind: "rows", rows: () => mails(count), describe: {generator: "sample mails", seed: "sample"}},
    id: "mail",
    text: "body",
    label: "queue",
    group: "thread",
    sensitivity: "public"
  });
  const {version} = await pull(workspace, dataset, {now: () => new Date(at)});
  return version;
}

function* mails(count: number): Generator<object> {
  for (let i = 0; i < count; i++) {
    const random = rng("sample mails", i);
    const thread = random() < 0.4 ? random.int(60) : 1000 + i;
    const queue = LABELS[thread < 1000 ? thread % LABELS.length : random.int(LABELS.length)]!;
    yield {
      mail: `mail-${String(i).padStart(4, "0")}`,
      thread: `thread-${thread}`,
      queue,
      // The second version changes a few rows, so that versions differ by more than additions.
      body: `About ${queue}, message ${i}${count > 500 && i % 50 === 0 ? " (edited)" : ""}`,
      length: random() < 0.3 ? "long" : "short"
    };
  }
}

async function saveModels(
  workspace: Workspace,
  version: VersionManifest,
  split: SplitManifest
): Promise<Record<string, ModelManifest>> {
  const saved: Record<string, ModelManifest> = {};
  const save = async (
    name: string,
    architecture: string,
    rest: Partial<Pick<ModelManifest, "training" | "recipe" | "metrics">> & {parents?: string[]}
  ) => {
    const id = sha256(`sample model ${name}`);
    const manifest: ModelManifest = {
      kind: "model",
      schemaVersion: 1,
      id,
      name,
      architecture,
      createdAt: "2026-11-17T07:00:00.000Z",
      files: [{path: "model.safetensors", sha256: sha256(name), bytes: 1_204_224}],
      labels: LABELS,
      settings: {dimensions: 64},
      ...rest,
      parents: (rest.parents ?? []).map((parent) => ({id: saved[parent]!.id, name: parent}))
    };
    await writeJsonAtomic(join(modelDir(workspace, id), "manifest.json"), manifest);
    saved[name] = manifest;
  };
  const training = (subset: string, rows: number): NonNullable<ModelManifest["training"]> => ({
    dataset: version.dataset,
    version: version.id,
    split: split.id,
    part: "train",
    subset,
    rows,
    rowsSha256: sha256(subset),
    seed: "sample",
    seconds: 1.4
  });
  await save("majority", "majority", {training: training("all rows", 290)});
  await save("tfidf-logreg", "tfidf-logreg", {training: training("all rows", 290)});
  await save("base", "static-embedding", {metrics: {distilledCosine: 0.971}});
  await save("team-a", "static-embedding", {parents: ["base"], training: training("threads of team A", 150)});
  await save("team-b", "static-embedding", {parents: ["base"], training: training("threads of team B", 140)});
  await save("joint", "static-embedding", {parents: ["base"], training: training("all rows", 290)});
  await save("merge-average", "static-embedding", {
    parents: ["team-a", "team-b"],
    recipe: {method: "average", sha256: sha256("average")},
    metrics: {signConflictShare: 0.312, deltaCosine: 0.084, deltaNormA: 3.21, deltaNormB: 2.87}
  });
  await save("merge-task-arithmetic", "static-embedding", {
    parents: ["team-a", "team-b"],
    recipe: {method: "task-arithmetic", sha256: sha256("task arithmetic"), source: "evals/recipes/task.yml"},
    metrics: {signConflictShare: 0.312, deltaCosine: 0.084, scale: 0.8}
  });
  return saved;
}

function playersOf(models: Record<string, ModelManifest>): Player[] {
  const player = (name: string, skill: number, latencyMs: number, more: Partial<Player> = {}): Player => ({
    candidate: {
      name,
      model: name,
      endpoint: "embedded",
      endpointKind: "embedded",
      hosting: "edge",
      identity: {weights: models[name]?.id ?? sha256(name)},
      params: {},
      modelId: models[name]?.id
    },
    skill,
    latencyMs,
    ...more
  });
  const served = player("joint-served", 3.1, 9, {failing: 0.02, costUsd: 0.00012});
  return [
    {...player("majority", -9, 0.1), candidate: {...player("majority", 0, 0).candidate, baseline: true}},
    player("tfidf-logreg", 1.5, 0.4),
    player("base", 0.6, 0.8),
    player("team-a", 1.7, 0.8),
    player("team-b", 1.6, 0.8),
    player("joint", 3.1, 0.8),
    player("merge-average", 2.5, 0.8),
    player("merge-task-arithmetic", 2.7, 0.8),
    {
      ...served,
      candidate: {
        ...served.candidate,
        model: "joint",
        endpoint: "served",
        endpointKind: "openai",
        hosting: "on-prem",
        params: {temperature: 0},
        modelId: models.joint!.id,
        price: {
          inputUsdPerMillion: 0.4,
          outputUsdPerMillion: 0.8,
          tiers: [{abovePromptTokens: 200_000, inputUsdPerMillion: 0.9}],
          asOf: "2026-11-01",
          source: "prices/own.json"
        }
      }
    }
  ];
}

interface RunPlan {
  version: VersionManifest;
  split: SplitManifest;
  players: Player[];
  day: string;
  name?: string;
  /** Added to every skill: what leakage does. */
  bonus?: number;
  stopped?: string;
  limit?: number;
}

async function saveRun(store: Store, plan: RunPlan): Promise<void> {
  const {version, split, players, day, name = "mail-triage", bonus = 0} = plan;
  const id = `${name}-${day.replaceAll("-", "")}-${hashJson([split.id, name]).slice(0, 6)}`;
  const rows = await store.rows<{
    row_id: string;
    row_hash: string;
    group_key: string;
    queue: string;
    length: string;
  }>(
    `select p.row_id, r.row_hash, p.group_key, r.queue, r.length from parts p join "mails@${version.id}" r using (row_id)
     where p.split = $split and p.part = 'test' order by p.row_id limit ${plan.limit ?? 10_000}`,
    {split: split.id}
  );
  const items = rows.map((row, position) => ({
    run: id,
    position,
    row_id: row.row_id,
    row_hash: row.row_hash,
    cluster: row.group_key.startsWith("row:") ? null : row.group_key,
    expected: JSON.stringify(row.queue),
    slices: JSON.stringify({length: row.length}),
    excerpt: position === 0 ? `Hello ${HOSTILE} there` : `About ••••••, message ${position}`
  }));
  const answers = players.flatMap((player) => rows.map((row) => answer(id, player, row, bonus)));
  const folder = runDir(store.workspace, id);
  await writeParquetRows(store, join(folder, "items.parquet"), ITEMS, items);
  await writeParquetRows(
    store,
    join(folder, "completions.parquet"),
    COMPLETIONS,
    answers.map((one) => one.completion)
  );
  const scores = answers.flatMap((one) => one.scores);
  await writeParquetRows(store, join(folder, "scores.parquet"), SCORES, scores);
  const failed = answers.filter((one) => one.completion.status === "failed").length;
  const manifest: RunManifest = {
    kind: "run",
    schemaVersion: 1,
    id,
    eval: name,
    title: name === "mail-triage" ? "Mail triage" : undefined,
    description: name === "mail-triage" ? "Which queue a mail of the help desk belongs to." : undefined,
    margin: 0.02,
    status: plan.stopped ? "partial" : "complete",
    stopped: plan.stopped,
    planHash: hashJson([version.sha256, split.sha256, players.map((player) => player.candidate)]),
    dataset: {name: version.dataset, version: version.id, rows: version.rows},
    split: {id: split.id, name: split.name, strategy: split.strategy, part: "test", seed: split.seed},
    candidates: players.map((player) => player.candidate),
    variants: [{name: "default", sha256: sha256("{{body}}")}],
    scorers: [
      {name: "right queue", version: sha256("right queue").slice(0, 12), binary: true},
      {name: "closeness", version: sha256("closeness").slice(0, 12), binary: false}
    ],
    primaryScorer: "right queue",
    slices: ["length"],
    repeats: 1,
    limit: plan.limit,
    seed: "assay",
    evalFile: {path: `evals/${name}.eval.ts`, sha256: sha256(name)},
    counts: {
      planned: answers.length,
      completed: answers.length - failed,
      failed,
      reused: answers.filter((one) => one.completion.reused).length,
      scored: scores.filter((score) => score.status === "scored").length,
      unscored: scores.filter((score) => score.status === "failed").length
    },
    costUsd: answers.reduce((sum, one) => sum + (one.completion.cost_usd ?? 0), 0),
    unpricedCalls: answers.filter((one) => one.completion.cost_usd === undefined).length,
    startedAt: `${day}T09:00:00.000Z`,
    sealedAt: `${day}T09:00:14.200Z`,
    seconds: 14.2,
    code: {
      assay: "0.1.0",
      node: "v20.18.1",
      revision: sha256(day).slice(0, 40),
      dirty: plan.stopped !== undefined
    },
    command: `assay run ${name}${plan.limit ? ` --limit ${plan.limit}` : ""}`
  };
  await writeJsonAtomic(join(folder, "manifest.json"), manifest);
  store.refresh();
}

function answer(
  run: string,
  player: Player,
  row: {row_id: string; queue: string; length: string},
  bonus: number
) {
  const {candidate, skill, latencyMs, failing = 0, costUsd} = player;
  const difficulty = rng("difficulty", row.row_id).normal() * 1.8 + (row.length === "long" ? 0.8 : 0);
  const random = rng("answer", run.split("-")[1]!, candidate.modelId ?? candidate.name, row.row_id);
  const right = random() < 1 / (1 + Math.exp(difficulty - skill - bonus));
  const failed = rng("failure", run.split("-")[1]!, candidate.name, row.row_id)() < failing;
  const majority = candidate.name === "majority";
  const invented = candidate.name === "base" && random() < 0.04;
  const predicted = majority
    ? LABELS[0]!
    : right
      ? row.queue
      : invented
        ? HOSTILE
        : LABELS[(LABELS.indexOf(row.queue) + 1 + (random() < 0.7 ? 0 : random.int(3))) % LABELS.length]!;
  const correct = predicted === row.queue;
  const common = {run, row_id: row.row_id, candidate: candidate.name, variant: "default", repeat: 0};
  const key = hashJson([candidate.identity, row.row_id]);
  return {
    completion: {
      ...common,
      key,
      status: failed ? "failed" : "completed",
      reason: failed ? "no answer within 30 s, after 4 attempts" : undefined,
      reason_kind: failed ? "timeout" : undefined,
      output: failed ? undefined : predicted,
      finish_reason: failed ? undefined : "stop",
      prompt_tokens: failed ? undefined : 300,
      completion_tokens: failed ? undefined : 3,
      latency_ms: failed ? undefined : latencyMs * Math.exp(0.4 * random.normal()),
      cost_usd: failed ? undefined : costUsd,
      attempts: failed ? 4 : 1,
      reused: candidate.name === "tfidf-logreg",
      logprobs:
        failed || candidate.name !== "joint"
          ? undefined
          : JSON.stringify([{token: predicted, logprob: -0.01 - rng("sureness", row.row_id)()}]),
      finished_at: "2026-11-17T09:00:10.000Z"
    },
    scores: failed
      ? []
      : [
          {
            ...common,
            scorer: "right queue",
            scorer_version: "1",
            key,
            status: "scored",
            value: correct ? 1 : 0,
            details: JSON.stringify({expected: row.queue, predicted})
          },
          {
            ...common,
            scorer: "closeness",
            scorer_version: "1",
            key,
            status: "scored",
            value: correct ? 1 : Math.round(random() * 60) / 100
          }
        ]
  };
}
