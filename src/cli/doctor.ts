import {createRequire} from "node:module";
import type {Candidate, EvalDefinition} from "../runner/index.js";
import {messageOf} from "../store/index.js";
import {datasetOf, findProject, loadDatasets, loadEvals} from "./project.js";
import {print, printJson, table} from "./terminal.js";

interface Finding {
  what: string;
  check: string;
  status: "ok" | "warning" | "error";
  message: string;
}

/** Asks every endpoint that is known without training anything; trained candidates are named as such. */
export async function doctorVerb(names: string[], options: {json?: boolean}): Promise<void> {
  const findings: Finding[] = [...machine()];
  const project = findProject();
  const datasets = await loadDatasets(project);
  for (const {name, definition} of await loadEvals(project, names)) {
    const dataset = datasetOf(definition, datasets);
    findings.push({what: name, check: "data set", status: "ok", message: dataset.name});
    for (const candidate of definition.candidates)
      findings.push(...(await checkCandidate(name, candidate, definition)));
  }
  if (options.json) printJson(findings);
  else
    print(
      table(findings, [
        {title: "", value: ({status}) => status},
        {title: "of", value: ({what}) => what},
        {title: "check", value: ({check}) => check},
        {title: "found", value: ({message}) => message}
      ])
    );
  if (findings.some(({status}) => status === "error")) process.exitCode = 1;
}

async function checkCandidate(
  evalName: string,
  candidate: Candidate,
  {needs = {}}: EvalDefinition
): Promise<Finding[]> {
  const what = `${evalName}: ${candidate.name}`;
  if (!candidate.reach)
    return [{what, check: "model", status: "ok", message: "made here when the eval runs"}];
  const {endpoint, model} = candidate.reach;
  try {
    return ((await endpoint.preflight?.(model, needs)) ?? []).map((finding) => ({what, ...finding}));
  } catch (error) {
    return [{what, check: "reachable", status: "error", message: messageOf(error)}];
  } finally {
    await endpoint.close?.();
  }
}

function machine(): Finding[] {
  const require = createRequire(import.meta.url);
  const has = (name: string) => {
    try {
      require.resolve(name);
      return true;
    } catch {
      return false;
    }
  };
  const major = Number(process.versions.node.split(".")[0]);
  return [
    {
      what: "this machine",
      check: "node",
      status: major >= 20 ? "ok" : "error",
      message: `Node ${process.versions.node}${major >= 20 ? "" : "; Assay needs 20 or newer"}`
    },
    {
      what: "this machine",
      check: "onnxruntime-node",
      status: has("onnxruntime-node") ? "ok" : "warning",
      message: has("onnxruntime-node")
        ? "encoders can run here"
        : "not installed: sentence encoders cannot run here. `npm install onnxruntime-node` adds it."
    }
  ];
}
