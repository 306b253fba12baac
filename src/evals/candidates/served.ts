import {memberOf} from "../../base/validation/memberOf.js";
import {spawn} from "node:child_process";
import {createInterface} from "node:readline";
import {fileURLToPath} from "node:url";
import {openAICompatible} from "../../inference/endpoints/index.js";
import type {ModelParameters} from "../../inference/endpoints/types.js";
import type {ModelSource} from "../../training/finetunes/index.js";
import {hasLoader, isAdapter, loadModel} from "../../weights/models/index.js";
import type {ModelManifest} from "../../weights/models/types.js";
import type {Candidate, CandidateCosts, PrepareContext} from "../runner/define.js";
import {UserError} from "../../base/validation/index.js";
import {modelsDir, type Workspace} from "../../base/store/index.js";
import {buildModel} from "./trained.js";

/** Columns that hold a row's text and its answer; of a list of answers any is right. */
interface ClassifierColumns {
  text: string;
  label: string;
}

export interface ServedOptions extends CandidateCosts {
  /** At most this many rows of the validation part are asked to choose by; all when absent. */
  rows?: number;
  params?: ModelParameters;
}

/**
 * The best of several models of ours by the share of right answers on the validation part, served by `assay serve` in a process
 * of its own and asked over HTTP like any self-hosted model. Its completions are keyed by the weights, not by the port.
 */
export function servedBest(
  name: string,
  sources: readonly ModelSource[],
  columns: ClassifierColumns,
  options: ServedOptions = {}
): Candidate {
  const {rows = Infinity, ...own} = options;
  return {
    name,
    ...own,
    async prepare(context) {
      const {workspace} = context.store;
      const manifest = await bestOnValidation(sources, context, columns, rows, own.params);
      // A run whose answers are all in the store asks nothing, and needs no server.
      const start = async () => {
        context.onProgress(`serving ${manifest.name} on loopback`);
        const {url, close} = await startServer(workspace.project, manifest.id);
        return {http: endpointAt(url), close};
      };
      let started: ReturnType<typeof start> | undefined;
      const served = async () => (await (started ??= start())).http;
      return {
        endpoint: {
          ...endpointAt("http://127.0.0.1"),
          identity: async () => ({server: "assay serve", weights: await weightsOf(manifest, workspace)}),
          complete: async (request, options) => (await served()).complete(request, options),
          preflight: async (...asked) => (await served()).preflight!(...asked)
        },
        model: manifest.name,
        modelId: manifest.id,
        // A start that failed was told where its answer was awaited.
        close: async () =>
          started?.then(
            ({close}) => close(),
            () => undefined
          )
      };
    }
  };
}

const endpointAt = (url: string) =>
  openAICompatible({
    name: "assay serve",
    baseUrl: `${url}/v1`,
    hosting: "on-prem",
    trust: "local",
    stream: true
  });

/** What tells weights from others: an adapter's are also those of its base, which may be others one day. */
async function weightsOf(manifest: ModelManifest, workspace: Workspace): Promise<string> {
  if (!isAdapter(manifest)) return manifest.id;
  const {findModel} = await import("../../inference/localModels/index.js");
  return (await findModel(manifest.id, workspace)).weights;
}

/** The model with most right answers on the validation part; the first of equals. */
async function bestOnValidation(
  sources: readonly ModelSource[],
  context: PrepareContext,
  {text, label}: ClassifierColumns,
  most: number,
  params: ModelParameters | undefined
): Promise<ModelManifest> {
  const rows: {text: string; right: string[]}[] = [];
  for await (const row of context.rows("validation")) {
    if (rows.length >= most) break;
    rows.push({
      text: String(row[text]),
      right: [memberOf(row, label)].flat().map((one) => String(one).trim())
    });
  }
  const texts = rows.map((row) => row.text);
  const {workspace} = context.store;
  let best: {manifest: ModelManifest; accuracy: number} | undefined;
  for (const source of sources) {
    const manifest = await buildModel(source, context);
    const answers = hasLoader(manifest.architecture)
      ? await labels(manifest, texts, workspace)
      : await writings(manifest, texts, workspace, params);
    const right = answers.filter((answer, i) => rows[i]!.right.includes(answer.trim())).length;
    const accuracy = rows.length > 0 ? right / rows.length : 0;
    context.onProgress(`${manifest.name}: ${(100 * accuracy).toFixed(1)} on ${rows.length} validation rows`);
    if (!best || accuracy > best.accuracy) best = {manifest, accuracy};
  }
  if (!best) throw new UserError("a served candidate needs at least one model to choose from.");
  return best.manifest;
}

async function labels({id}: ModelManifest, texts: string[], workspace: Workspace): Promise<string[]> {
  const model = await loadModel(modelsDir(workspace), id);
  const predictions = await model.predict(texts);
  await model.close?.();
  return predictions.map(({label}) => label);
}

async function writings(
  {id, name}: ModelManifest,
  texts: string[],
  workspace: Workspace,
  params: ModelParameters | undefined
): Promise<string[]> {
  const {localModel} = await import("../../inference/localModels/index.js");
  const model = localModel(id, {workspace});
  try {
    const answers = texts.map((content) =>
      model.complete({model: name, messages: [{role: "user", content}], params})
    );
    return (await Promise.all(answers)).map(({text}) => text);
  } finally {
    await model.close!();
  }
}

async function startServer(project: string, model: string): Promise<{url: string; close(): Promise<void>}> {
  const main = fileURLToPath(new URL("../../bundle/main.js", import.meta.url));
  const child = spawn(process.execPath, [main, "serve", model, "--port", "0"], {
    cwd: project,
    stdio: ["ignore", "pipe", "pipe"],
    env: {...process.env, ASSAY_PROJECT: project}
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = () => child.kill("SIGTERM");
  process.once("exit", kill);
  const close = async () => {
    process.off("exit", kill);
    kill();
    await ended;
  };
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  for await (const line of createInterface({input: child.stdout})) {
    const url = /http:\/\/\S+/.exec(line)?.[0];
    if (url) {
      child.stdout.resume();
      return {url: url.replace(/\/(v1)?\/?$/, ""), close};
    }
  }
  await close();
  throw new UserError(`\`assay serve ${model}\` did not start: ${said.trim() || "it said nothing"}`);
}
