import {readFile} from "node:fs/promises";
import {noVersion} from "../../../data/datasets/index.js";
import type {HostingKind} from "../../../base/costs/index.js";
import {type Endpoint, isLoopback, openAICompatible, type Trust} from "../../../inference/endpoints/index.js";
import {importBench, loadTest} from "../../../evals/loadtest/index.js";
import {
  callPrices,
  type CallPrices,
  candidate,
  type Candidate,
  withBenchTarget
} from "../../../evals/runner/index.js";
import {ensureSplit} from "../../../data/splits/index.js";
import {messageOf, UsageError, UserError} from "../../../base/validation/index.js";
import {assertTextFile, sha256} from "../../../base/system/index.js";
import {
  type BenchRecord,
  openStore,
  projectPricesOr,
  type Workspace,
  writeBench
} from "../../../base/store/index.js";
import {listBenches, showBench} from "./benchText.js";
import {candidateNamed, evalNamed, splitTarget} from "../../project/evalCandidate.js";
import {datasetOf, loadDatasets, type NamedEval, openProject} from "../../project/project.js";
import {interruptSignals} from "../run/interruptSignals.js";
import {note} from "../../terminal/terminal.js";
import {pulledVersion} from "../../project/newestVersion.js";

export interface BenchVerbOptions {
  list?: boolean;
  url?: string;
  model?: string;
  trust?: Trust;
  apiKeyEnv?: string;
  concurrency: number[];
  rate?: number;
  duration: number;
  warmup: number;
  maxRequests?: number;
  budgetUsd?: number;
  p95Ms?: number;
  stream: boolean;
  json?: boolean;
}

const MOST_REQUESTS = 20_000;
const MOST_ROWS = 1000;

/** Measures how fast a candidate, or a server, answers an eval's prompts under load; or lists what was measured. */
export async function benchVerb(target: string | undefined, options: BenchVerbOptions): Promise<void> {
  if (options.list) return listBenches(await openProject(), options.json);
  if (target === undefined)
    throw new UsageError(
      "say what to measure: `assay bench EVAL:CANDIDATE`, or --list for what was measured."
    );
  const workspace = await openProject();
  const {one, chosen} = await chosenCandidate(workspace, target, options);
  const listed = await projectPricesOr(workspace.project);
  if (listed.problem !== undefined) note(`! the price list was left out: ${listed.problem}`);
  const prices = callPrices(listed.prices, new Date().toISOString());
  const maxRequests = cappedRequests(chosen.reach?.endpoint, chosen.reach?.model, prices, options);
  const {datasets} = await loadDatasets(workspace.project);
  const dataset = datasetOf(one.definition, datasets);
  const store = await openStore(workspace);
  const signals = interruptSignals();
  try {
    const version = await pulledVersion(store, dataset);
    if (!version) throw noVersion(dataset.name);
    const split = await ensureSplit(store, version, [one.definition.split].flat()[0]!);
    const tell = (message: string) => note(`${one.name}: ${message}`);
    const inputs = {
      store,
      evalName: one.name,
      version,
      split,
      candidate: chosen,
      rows: MOST_ROWS,
      onMessage: tell,
      signal: signals.signal
    };
    const at = new Date().toISOString();
    let hosting: HostingKind | undefined;
    const record = await withBenchTarget(one.definition, inputs, async (ready): Promise<BenchRecord> => {
      const {endpoint, model} = ready.ready.prepared;
      hosting = endpoint.hosting;
      cappedRequests(endpoint, model, prices, options);
      checkLimits(endpoint, options);
      const result = await loadTest(
        ready,
        {
          concurrency: options.concurrency,
          ratePerSecond: options.rate,
          seconds: options.duration,
          warmupSeconds: options.warmup,
          maxRequests,
          budgetUsd: options.budgetUsd,
          prices,
          stream: options.stream
        },
        {signal: signals.signal, onMessage: tell}
      );
      return {
        kind: "bench",
        schemaVersion: 1,
        id: benchId(at, `${one.name} ${chosen.name} ${model}`),
        at,
        tool: "assay",
        eval: one.name,
        // A server of --url is no candidate of the eval, whatever it is called.
        candidate: options.url === undefined ? chosen.name : undefined,
        model,
        endpoint: endpoint.name,
        prompts: ready.prompts.length,
        p95Ms: options.p95Ms,
        ...result
      };
    });
    await writeBench(workspace, record);
    showBench(record, {...options, hosting});
  } finally {
    signals.dispose();
    store.close();
  }
}

/** Takes what guidellm or AIPerf measured into the store. */
export async function importBenchVerb(
  file: string,
  options: Pick<BenchVerbOptions, "json" | "p95Ms">
): Promise<void> {
  const workspace = await openProject();
  await assertTextFile(file);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new UserError(`${file} is no file that can be read. Name the JSON that guidellm or AIPerf wrote.`, {
      cause
    });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${file} could not be read as JSON: ${messageOf(cause)}`, {cause});
  }
  const imported = importBench(value, file);
  const at = imported.at ?? new Date().toISOString();
  // Named by its content: the same file is the same record.
  const id = `${imported.tool}-${sha256(text).slice(0, 12)}`;
  const record: BenchRecord = {kind: "bench", schemaVersion: 1, id, ...imported, at, p95Ms: options.p95Ms};
  await writeBench(workspace, record);
  showBench(record, options);
}

async function chosenCandidate(
  {project}: Workspace,
  target: string,
  options: BenchVerbOptions
): Promise<{one: NamedEval; chosen: Candidate}> {
  const {evalName, wanted} = splitTarget(target);
  const one = await evalNamed(project, evalName);
  if (options.url !== undefined) return {one, chosen: candidateAt(options.url, options)};
  return {one, chosen: candidateNamed(one, wanted)};
}

function candidateAt(url: string, {model, trust, apiKeyEnv}: BenchVerbOptions): Candidate {
  if (model === undefined) throw new UsageError("--url needs --model: the name that the server knows it by.");
  const here = URL.canParse(url) && isLoopback(new URL(url).hostname);
  const endpoint = openAICompatible({
    name: "url",
    baseUrl: url,
    hosting: here ? "on-prem" : "api",
    trust: trust ?? (here ? "local" : "external"),
    apiKeyEnv
  });
  return candidate(model, endpoint, model);
}

/** The cap on requests. Throws UserError when calls that someone bills would have no cap that the person chose. */
function cappedRequests(
  endpoint: Endpoint | undefined,
  model: string | undefined,
  prices: CallPrices,
  {budgetUsd, maxRequests}: BenchVerbOptions
): number {
  if (endpoint && model !== undefined) {
    const {hosting, kind} = endpoint;
    const unpriced = prices.unpriced(endpoint, model);
    const stated = endpoint.price?.(model) !== undefined;
    const paid = stated || (hosting === "api" && kind !== "recorded" && unpriced.length === 0);
    if (paid && budgetUsd === undefined)
      throw new UserError(
        `${endpoint.name} is paid by the token. Say --budget-usd; the test ends before it is passed.`
      );
    if (!paid && budgetUsd !== undefined)
      throw new UserError(
        `${endpoint.name} states no price for ${model}, and prices/*.json has none that holds there, so that --budget-usd cannot be kept. State the price, or say --max-requests instead.`
      );
    if (unpriced.length > 0 && maxRequests === undefined)
      throw new UserError(
        `${endpoint.name} is an API that states no price for ${model}. Say --max-requests, or state the price and say --budget-usd.`
      );
  }
  return maxRequests ?? MOST_REQUESTS;
}

function checkLimits({name, limits}: Endpoint, {concurrency, rate}: BenchVerbOptions): void {
  const {concurrency: most = Infinity, requestsPerMinute, tokensPerMinute} = limits ?? {};
  const problems: string[] = [];
  if (Math.max(...concurrency) > most)
    problems.push(`it takes ${most} requests at once: give a lower --concurrency`);
  if (requestsPerMinute !== undefined && !(rate !== undefined && rate <= requestsPerMinute / 60))
    problems.push(
      `it takes ${requestsPerMinute} requests a minute: give a --rate of at most ${requestsPerMinute / 60}`
    );
  if (tokensPerMinute !== undefined && rate === undefined)
    problems.push(`it takes ${tokensPerMinute} tokens a minute: give a --rate that stays below`);
  if (problems.length > 0)
    throw new UserError(
      `endpoint ${name} states limits:\n${problems.map((one) => `  - ${one}.`).join("\n")}`
    );
}

function benchId(at: string, what: string): string {
  return `${at.slice(0, 19).replace(/[-:]/g, "").replace("T", "-")}-${sha256(`${at} ${what}`).slice(0, 6)}`;
}
