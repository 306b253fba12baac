import {parseArgs} from "node:util";
import {startModelServer} from "./modelServer.js";

/**
 * The model server as a process of its own, so that a benchmark does not measure it:
 * `node --import tsx test/support/modelServerMain.ts --port 0 --latency 20 [--checked]`.
 * Prints its port as the first line. `--checked` parses requests and answers each by its prompt. SIGUSR2 prints
 * the counters as a line of JSON.
 */
const {values} = parseArgs({
  options: {
    port: {type: "string", default: "0"},
    latency: {type: "string", default: "0"},
    checked: {type: "boolean"}
  }
});

const server = await startModelServer({
  port: Number(values.port),
  latencyMs: Number(values.latency),
  fast: !values.checked
});
console.log(server.port);

process.on("SIGUSR2", () => {
  const {served, inFlight, maxInFlight, connections} = server;
  const repeated = [...server.byPrompt.values()].filter((times) => times > 1).length;
  console.log(JSON.stringify({served, inFlight, maxInFlight, connections, repeated}));
});
process.on("SIGTERM", () => process.exit(0));
// A benchmark that dies takes its server along.
process.on("disconnect", () => process.exit(0));
