import {checkLibrary} from "../../inference/localModels/index.js";
import {runEvalPreflight} from "../../evals/runner/index.js";
import {erasedTraining, listModels, missingOfAddOn} from "../../weights/models/index.js";
import {messageOf} from "../../base/validation/index.js";
import {
  modelsDir,
  openStore,
  unfinishedPurges,
  unfinishedPurgeText,
  type Workspace
} from "../../base/store/index.js";
import type {DatasetDefinition} from "../../data/datasets/index.js";
import type {NamedEval} from "../../evals/runner/index.js";
import {reportBroken} from "../project/broken.js";
import {datasetOf, findProject, loadDatasets, loadEvals, openProject} from "../project/project.js";
import {recordFindings} from "./recordFindings.js";
import {type DoctorFinding, queueFindings, storeServerFindings} from "./remoteFindings.js";
import {print, printJson, table} from "../terminal/terminal.js";

/** Checks this machine, every eval's definition and every endpoint that is known without training anything. */
export async function doctorVerb(names: string[], options: {json?: boolean}): Promise<void> {
  const findings: DoctorFinding[] = [...(await machine()), await languageLibrary()];
  const project = findProject();
  findings.push(...(await storeServerFindings()), ...(await queueFindings()));
  const {datasets, broken} = await loadDatasets(project);
  const {evals, broken: brokenEvals} = await loadEvals(project, names);
  const unusable = [...broken, ...brokenEvals];
  for (const {path, message} of unusable)
    findings.push({what: path, check: "definition", status: "error", message});
  if (!options.json) reportBroken(unusable);
  const workspace = await openProject();
  findings.push(...(await recordFindings(workspace)));
  // What is damaged keeps the store from being opened.
  if (findings.every(({check}) => check !== "record"))
    await storeFindings(workspace, {evals, datasets}, findings);
  show(findings, options.json);
}

async function storeFindings(
  workspace: Workspace,
  {evals, datasets}: {evals: readonly NamedEval[]; datasets: readonly DatasetDefinition[]},
  findings: DoctorFinding[]
): Promise<void> {
  const store = await openStore(workspace);
  try {
    for (const {name, definition} of evals.filter(({definition: {source}}) => source === undefined))
      try {
        findings.push(...(await runEvalPreflight(store, name, definition, datasetOf(definition, datasets))));
      } catch (error) {
        findings.push({what: name, check: "definition", status: "error", message: messageOf(error)});
      }
    for (const one of await unfinishedPurges(store.workspace))
      findings.push({
        what: `dataset ${one.dataset}`,
        check: "erased rows",
        status: "error",
        message: unfinishedPurgeText(one)
      });
    const dir = modelsDir(store.workspace);
    for (const {id, name, removed} of await listModels(dir)) {
      const note = removed === undefined ? await erasedTraining(dir, id) : undefined;
      if (note)
        findings.push({
          what: `model ${name}`,
          check: "training rows",
          status: "warning",
          message: `learned from rows of ${note.dataset} that were erased on ${note.at.slice(0, 10)}: it is not served or run until it is trained again, or kept by \`assay purge ${note.dataset} --keep-model ${id.slice(0, 12)} --reason "…"\`, or removed by \`assay models remove ${id.slice(0, 12)}\``
        });
    }
  } finally {
    store.close();
  }
}

function show(findings: readonly DoctorFinding[], json: boolean | undefined): void {
  if (json) printJson(findings);
  else
    print(
      table(findings, [
        {title: "", value: ({status}) => status},
        {title: "of", text: "name", value: ({what}) => what},
        {title: "check", text: "prose", value: ({check}) => check},
        {title: "found", text: "prose", value: ({message}) => message}
      ])
    );
  if (findings.some(({status}) => status === "error")) process.exitCode = 1;
}

/** The least release that package.json states in `engines`. */
const LEAST_NODE = "20.18.1";

export function nodeFinding(version: string): DoctorFinding {
  const isEnough = version.localeCompare(LEAST_NODE, "en", {numeric: true}) >= 0;
  return {
    what: "this machine",
    check: "node",
    status: isEnough ? "ok" : "error",
    message: `Node ${version}${isEnough ? "" : `; Assay needs ${LEAST_NODE} or newer`}`
  };
}

async function machine(): Promise<DoctorFinding[]> {
  const missing = await missingOfAddOn();
  return [
    nodeFinding(process.versions.node),
    {
      what: "this machine",
      check: "encoders",
      status: missing === undefined ? "ok" : "warning",
      message: missing ?? "sentence encoders can run here"
    }
  ];
}

/** Whether language models run here: the library's release and the devices it sees. */
async function languageLibrary(): Promise<DoctorFinding> {
  const finding = {what: "this machine", check: "language models"};
  try {
    const {package: name, release, ggml, devices} = await checkLibrary();
    return {...finding, status: "ok", message: `${name} ${release} (ggml ${ggml}): ${devices.join("; ")}`};
  } catch (error) {
    return {...finding, status: "warning", message: messageOf(error)};
  }
}
