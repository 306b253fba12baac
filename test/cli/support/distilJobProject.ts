import {type ChildProcess, spawn} from "node:child_process";
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {compiled} from "../../support/compiledEngine.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";
import {short, tickets, writeDistilProject} from "./distilProject.js";

/** Fails as long as the project has a file `broken`; leaves a model that knows nothing. */
const TRAINER = `echo begun >> "$ASSAY_PROJECT/begun"
(cd "$ASSAY_FOLDER" && sha256sum --quiet -c SHA256SUMS) || exit 3
sleep 3
test -e "$ASSAY_PROJECT/broken" && exit 7
mkdir -p "$ASSAY_OUTPUT" && cp "$ASSAY_PROJECT"/weights/* "$ASSAY_OUTPUT"
`;

/** A project whose only student, "elsewhere", is trained by a command that calls `train.sh`; teacher and training have prices. */
export async function writeJobProject(
  project: string,
  {
    server,
    train,
    test,
    run,
    more = ""
  }: {server: string; train: number; test: number; run: string; more?: string}
): Promise<void> {
  const engine = compiled("bundle/index.js");
  await writeDistilProject(project, {engine, server, rows: short(tickets(train, test))});
  await tinyLanguageModel(join(project, "weights"));
  await writeFile(join(project, "train.sh"), TRAINER);
  const read = {asOf: "2026-11-01", source: "its page"};
  const prices = [
    {...read, model: "large", inputPerMillion: 1, outputPerMillion: 1},
    {...read, model: "base-model", trainingPerMillion: 20_000}
  ];
  await writeFile(join(project, "prices/own.json"), JSON.stringify({kind: "prices", prices}));
  await writeFile(
    join(project, "distillations/routing.distillation.ts"),
    `import {distillation, job, trainedByJob} from ${JSON.stringify(engine)};
export default distillation({
  eval: "routing",
  teacher: "large",
  students: (answers) => [
    trainedByJob("elsewhere", job({dataset: answers, base: "base-model", format: "prompt", epochs: 1,
      on: {service: "command", trust: "local", tool: "trl", run: ${JSON.stringify(run)}${more}}}),
      {params: {max_tokens: 3, temperature: 0}})
  ],
  curve: [],
  margin: 0.05
});
`
  );
}

interface Started {
  child: ChildProcess;
  ended: Promise<{code: number | null; out: string; said: string}>;
}

/** Starts `assay distil routing`; commands find the project by `ASSAY_PROJECT`. */
export function startDistil(project: string, words: readonly string[]): Started {
  const child = spawn(process.execPath, [compiled("bundle/main.js"), "distil", "routing", ...words], {
    cwd: project,
    env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay"), NO_COLOR: "1"},
    stdio: ["ignore", "pipe", "pipe"]
  });
  let [out, said] = ["", ""];
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  return {
    child,
    ended: new Promise((resolve) => child.once("close", (code) => resolve({code, out, said})))
  };
}
