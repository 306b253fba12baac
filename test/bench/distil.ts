// Three distillations from their teacher's answers to the verdict: `npm run bench:distil [-- NAME…]`.
// Prices and hostings are made up; CLINC150 is measured where it stands beside the repository.
import {spawnSync} from "node:child_process";
import {existsSync} from "node:fs";
import {mkdtemp, rm} from "node:fs/promises";
import {cpus, tmpdir} from "node:os";
import {join, resolve} from "node:path";
import type {DistillationView, StudentView} from "../../src/report/site/index.js";
import {file as intents} from "./distil/data-loaders/intents.js";

const project = resolve(import.meta.dirname, "distil");
const command = resolve(import.meta.dirname, "../../lib/bundle/main.js");
const asked = process.argv.slice(2);
const names = (asked.length > 0 ? asked : ["mails", "words", "intents"]).filter((name) => {
  if (name !== "intents" || existsSync(intents)) return true;
  console.log(`intents is left out: ${intents} is not there.`);
  return false;
});

const points = (value: number | undefined) =>
  value === undefined ? "–" : `${value > 0 ? "+" : ""}${(100 * value).toFixed(1)}`.replace("-", "−");
const percent = (value: number | undefined) => (value === undefined ? "–" : `${(100 * value).toFixed(1)}%`);
const count = (value: number) => Math.ceil(value).toLocaleString("en-US");
const VERDICTS = {"non-inferior": "no worse", undecided: "undecided", inferior: "worse"};

const dollars = (value: number) => (value > 0 && value < 0.01 ? "< $0.01" : `$${value.toFixed(2)}`);

/** Answers of a teacher that bills none are in what its machine costs a month; a dash where an amount is unknown. */
function costText({firstUsd}: StudentView, view: DistillationView): string {
  if (firstUsd === undefined) return "–";
  if (view.dataUsd !== 0 || view.answeredRows === 0) return dollars(firstUsd);
  const {teacherUsdPerMonth: rent} = view;
  return `${dollars(firstUsd)} and the teacher's machine, ${rent === undefined ? "–" : dollars(rent)} a month`;
}

/** Over the hostings of a student. */
function paysFrom({costs}: StudentView): string {
  const found = costs.flatMap(({breakEven, savedUsdPerMonth = 0}) =>
    breakEven?.cheaperAbove === "b"
      ? [breakEven.requestsPerMonth]
      : !breakEven && savedUsdPerMonth > 0
        ? [0]
        : []
  );
  if (found.length === 0) return "no volume";
  const [least, most] = [Math.min(...found), Math.max(...found)];
  return most === 0 ? "any volume" : least === most ? count(least) : `${count(least)} to ${count(most)}`;
}

console.log(`${cpus()[0]!.model}, Node ${process.version}\n`);
console.log(
  "| example | teacher | student | test rows | against the teacher (90% CI) | | answers first | answers asked | cost | pays from, requests a month | s |"
);
console.log("| --- | ---: | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |");
for (const name of names) {
  const store = await mkdtemp(join(tmpdir(), "bench-distil-"));
  try {
    const started = performance.now();
    const {status, stdout, stderr} = spawnSync(process.execPath, [command, "distil", name, "--json"], {
      cwd: project,
      encoding: "utf8",
      maxBuffer: 1 << 28,
      env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: store}
    });
    if (status !== 0) throw new Error(stderr);
    const seconds = (performance.now() - started) / 1000;
    const view = JSON.parse(stdout) as DistillationView;
    for (const student of view.students) {
      const {difference, low, high, verdict} = student.judged;
      console.log(
        `| ${[
          name,
          percent(view.teacherMean),
          student.name,
          count(view.cleanRows),
          `${points(difference)} (${points(low)} to ${points(high)})`,
          VERDICTS[verdict],
          percent(student.cascade?.share ?? 0),
          count(view.answeredRows),
          costText(student, view),
          paysFrom(student),
          seconds.toFixed(0)
        ].join(" | ")} |`
      );
    }
    console.log(`\n${view.advice.sentence}\n`);
  } finally {
    await rm(store, {recursive: true, force: true});
  }
}
