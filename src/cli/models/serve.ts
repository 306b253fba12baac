import {existsSync} from "node:fs";
import {createServer} from "node:net";
import {isLoopback, listen, serve, type ServedWriter} from "../../inference/endpoints/index.js";
import {localModel, type LocalModel} from "../../inference/localModels/index.js";
import {
  hasLoader,
  listModels,
  loadModel,
  manyMeantOf,
  meantModel,
  type ModelManifest
} from "../../weights/models/index.js";
import {UsageError, UserError} from "../../base/validation/index.js";
import {modelsDir, openStore, type Workspace} from "../../base/store/index.js";
import {observedAnswer} from "../../inference/telemetry/index.js";
import {observed} from "../project/observed.js";
import {servedCandidate} from "./serveCandidate.js";
import {openProject} from "../project/project.js";
import {note, print} from "../terminal/terminal.js";

export interface ServeVerbOptions {
  port: number;
  host: string;
  type?: string;
  adapter?: string[];
  threads?: number;
  parallel?: number;
  context?: number;
}

/** What says how a language model runs, and is nothing to a classifier or a candidate. */
const ofLanguageModels = ["type", "adapter", "threads", "parallel", "context"] as const;

export function serveVerb(names: string[], options: ServeVerbOptions): Promise<void> {
  return observed(() => served(names, options));
}

async function served(names: string[], options: ServeVerbOptions): Promise<void> {
  const workspace = await openProject();
  await assertFree(options);
  const open: {close?(): Promise<void>}[] = [];
  try {
    await serveUntilStopped(workspace, names, options, open);
  } finally {
    for (const one of open.reverse()) await one.close?.();
  }
}

async function serveUntilStopped(
  workspace: Workspace,
  names: string[],
  options: ServeVerbOptions,
  open: {close?(): Promise<void>}[]
): Promise<void> {
  const dir = modelsDir(workspace);
  const known = await listModels(dir);
  const classifiers: ModelManifest[] = [];
  const writers: ServedWriter[] = [];
  const isClassifier = (name: string) => {
    const stored = meantModel(known, name);
    return stored !== undefined && hasLoader(stored.architecture);
  };
  const unread = ofLanguageModels.filter((option) => options[option] !== undefined);
  if (unread.length > 0 && names.every((name) => isTarget(name, known) || isClassifier(name)))
    throw new UsageError(
      `${unread.map((option) => `--${option}`).join(", ")} is about language models, and none is served here.`
    );
  const store = names.some((name) => isTarget(name, known)) ? await openStore(workspace) : undefined;
  if (store) open.push({close: async () => store.close()});
  const ofStore = names.filter((name) => !isTarget(name, known));
  for (const many of await manyMeantOf(ofStore, {modelsDir: dir, project: workspace.project}))
    note(`! ${many}`);
  for (const name of names) {
    if (store && isTarget(name, known)) {
      const {writer, close} = await servedCandidate(store, name);
      writers.push(writer);
      open.push({close});
      continue;
    }
    const stored = meantModel(known, name);
    if (stored && hasLoader(stored.architecture)) classifiers.push(stored);
    else {
      const model = await languageModel(name, workspace, options, stored?.name);
      open.push(model.endpoint);
      writers.push(...model.writers);
    }
  }
  const models = await Promise.all(classifiers.map(({id}) => loadModel(dir, id)));
  const server = await serve(models, {
    port: options.port,
    host: options.host,
    writers,
    observe: observedAnswer
  }).catch(async (error: unknown) => {
    for (const model of models) await model.close?.();
    throw error;
  });
  const shown = [...classifiers.map(({name}) => name), ...writers.map(({name}) => name)];
  print(
    `Serving ${shown.join(", ")} at ${server.url}/v1 (chat completions, streaming, logprobs; Ctrl-C ends)`
  );
  if (!isLoopback(options.host))
    note(
      `! ${options.host} is not this machine alone: whoever reaches it may ask these models. There is no key.`
    );
  await new Promise<void>((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  await server.close();
}

/** Throws when another program listens there: said before models are loaded, which can take minutes. */
async function assertFree(address: ServeVerbOptions): Promise<void> {
  const probe = createServer();
  await listen(probe, address);
  await new Promise((resolve) => probe.close(resolve));
}

/** A file of a hub's repository: `org/name:file.gguf`, `org/name@revision:file.gguf`. */
const HUB_FILE = /^[\w.-]+\/[\w.-]+(@[\w./-]+)?:[\w./-]+\.gguf$/;

/** Whether a name is of an eval's candidate (`EVAL:CANDIDATE`), and of no file and no model in the store or on the hub. */
function isTarget(name: string, known: readonly ModelManifest[]): boolean {
  return name.includes(":") && !HUB_FILE.test(name) && !existsSync(name) && !meantModel(known, name);
}

/** A language model and its adapters, loaded before the server begins: what is wrong is said at once. */
async function languageModel(
  source: string,
  workspace: Workspace,
  {type, adapter = [], threads, parallel, context}: ServeVerbOptions,
  storedName: string | undefined
): Promise<{endpoint: LocalModel; writers: ServedWriter[]}> {
  const adapters = Object.fromEntries(adapter.map(named));
  const endpoint = localModel(source, {
    workspace,
    type,
    adapters,
    threads,
    parallel,
    contextTokens: context,
    openAll: true,
    onProgress: note
  });
  const found = await endpoint.find();
  const [finding] = await endpoint.preflight!(found.name, {});
  if (finding?.status === "error") throw new UserError(finding.message);
  const name = storedName ?? found.name;
  const writers = [{name, endpoint, weights: found.weights}];
  for (const own of endpoint.adapterNames)
    writers.push({name: own, endpoint, weights: (await endpoint.identity(own)).adapter!});
  return {endpoint, writers};
}

function named(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1)
    throw new UserError(`--adapter takes NAME=MODEL, not ${JSON.stringify(text)}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}
