// The floor: the same requests in a bare loop over undici's Pool, each answer parsed and written as a line. It loads the client
// within its time, as a run does.
import {createWriteStream} from "node:fs";
import {once} from "node:events";

const {url, calls, concurrency, out} = JSON.parse(process.argv[2]);
const begun = performance.now();
const cpu = process.cpuUsage();
const {Pool} = await import("undici");
const pool = new Pool(url, {connections: concurrency, pipelining: 1});
const file = createWriteStream(out);
let next = 0;
async function loop() {
  for (let n = next++; n < calls; n = next++) {
    const body = JSON.stringify({
      model: n % 2 ? "second" : "first",
      messages: [{role: "user", content: `Which queue does this message belong to?\n\n${textOf(n >> 1)}`}],
      max_tokens: 8
    });
    const response = await pool.request({
      path: "/v1/chat/completions",
      method: "POST",
      headers: {"content-type": "application/json"},
      body
    });
    const answer = await response.body.json();
    const line = JSON.stringify({n, output: answer.choices[0].message.content, usage: answer.usage}) + "\n";
    if (!file.write(line)) await once(file, "drain");
  }
}
// As long as the texts of the eval's rows.
function textOf(n) {
  return `message ${n} `.padEnd(400, "lorem ipsum dolor sit amet ");
}
file.setMaxListeners(0);
await Promise.all(Array.from({length: concurrency}, loop));
file.end();
await once(file, "finish");
await pool.close();
const seconds = (performance.now() - begun) / 1000;
const {user, system} = process.cpuUsage(cpu);
console.log(
  JSON.stringify({
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    calls
  })
);
