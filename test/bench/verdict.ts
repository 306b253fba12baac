import {execFile} from "node:child_process";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {cpus, tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {promisify} from "node:util";

/**
 * From the shell to the printed verdict on results of another tool: two candidates on the same rows, as CSV and as a
 * promptfoo file, into an empty store and again when the store holds the run.
 *
 *     npm run bench:verdict [rows]
 */
const run = promisify(execFile);
const rows = Number(process.argv[2] ?? 10_000);
const main = resolve(import.meta.dirname, "../../lib/bundle/main.js");

let seed = 1;
const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
const answers = Array.from({length: rows}, (_, i) => {
  const hard = random();
  return ["a", "b"].map((candidate, c) => ({
    row: `r${i}`,
    candidate,
    score: Number(0.7 * hard + 0.3 * random() < 0.8 + 0.02 * c),
    topic: `t${i % 7}`
  }));
}).flat();

const files = {
  "results.csv": ["row,candidate,score,topic", ...answers.map((one) => Object.values(one).join(","))].join(
    "\n"
  ),
  "promptfoo.json": JSON.stringify({
    results: {
      version: 3,
      results: answers.map(({row, candidate, score, topic}) => ({
        testIdx: Number(row.slice(1)),
        promptIdx: 0,
        provider: {id: candidate, label: candidate},
        prompt: {raw: `Question ${row}`, label: "q"},
        vars: {row, topic},
        response: {output: `answer ${row}`, tokenUsage: {prompt: 12, completion: 3}},
        success: score === 1,
        score,
        latencyMs: 100,
        namedScores: {}
      }))
    }
  })
};

console.log(
  `${rows} paired rows, two candidates; ${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.version}`
);
for (const [name, text] of Object.entries(files)) {
  const dir = mkdtempSync(join(tmpdir(), "bench-verdict-"));
  writeFileSync(join(dir, name), text);
  const runs: Record<string, {wall: number; cpu: number}[]> = {"empty store": [], "run in the store": []};
  for (let i = 0; i < 5; i++) {
    rmSync(join(dir, ".assay"), {recursive: true, force: true});
    for (const times of Object.values(runs)) {
      const timed = `TIMEFORMAT="%R %U %S"; time "${process.execPath}" "${main}" verdict --from ${name} > /dev/null`;
      const {stderr} = await run("bash", ["-c", timed], {cwd: dir});
      const [wall, user, system] = stderr.trim().split(" ").map(Number) as [number, number, number];
      times.push({wall, cpu: user + system});
    }
  }
  for (const [what, times] of Object.entries(runs)) {
    const median = (of: "wall" | "cpu") =>
      times
        .map((one) => one[of])
        .sort((a, b) => a - b)[2]!
        .toFixed(2);
    console.log(
      `${name}, ${what}: ${median("wall")} s by the clock, ${median("cpu")} s of processor time (medians of 5)`
    );
  }
  rmSync(dir, {recursive: true});
}
