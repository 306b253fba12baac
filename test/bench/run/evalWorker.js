// One start of an eval in a process of its own, on the compiled engine. Prints its figures as a line of JSON.
import {candidate, runEval} from "../../../lib/evals/runner/index.js";
import {openAICompatible} from "../../../lib/inference/endpoints/index.js";
import {includes} from "../../../lib/evals/scorers/includes.js";
import {exactMatch} from "../../../lib/evals/scorers/exactMatch.js";
import {openStore} from "../../../lib/base/store/index.js";

const {project, url, evalName, concurrency, contains} = JSON.parse(process.argv[2]);
const begun = performance.now();
const cpu = process.cpuUsage();
const store = await openStore(project);
const version = await store.latestVersion("rows");
const [split] = await store.splits("rows");
const endpoint = openAICompatible({name: "bench", baseUrl: url, hosting: "on-prem", trust: "local"});
const {manifest, calls, unchanged} = await runEval(
  {
    dataset: "rows",
    split: {strategy: "random"},
    candidates: ["first", "second"].map((name) => candidate(name, endpoint, name, {params: {max_tokens: 8}})),
    prompt: "Which queue does this message belong to?\n\n{{text}}",
    expected: "label",
    scorers: contains ? {exact: exactMatch, contains: includes()} : {exact: exactMatch}
  },
  {
    store,
    evalName,
    version,
    split,
    options: {concurrency, preflight: false}
  }
);
const seconds = (performance.now() - begun) / 1000;
const {user, system} = process.cpuUsage(cpu);
store.close();
console.log(
  JSON.stringify({
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    calls,
    unchanged,
    counts: manifest.counts
  })
);
