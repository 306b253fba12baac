import type {Endpoint, ModelParameters} from "../../inference/endpoints/index.js";
import {checkLocalOptions, localModel, type LocalModelOptions} from "../../inference/localModels/index.js";
import {collectedModel, type Job, modelOfJob} from "../../training/jobs/index.js";
import {UserError} from "../../base/validation/index.js";
import {checkName} from "../../base/validation/names.js";
import {hashJson} from "../../base/system/index.js";
import {modelsDir} from "../../base/store/index.js";
import {type ModelManifest, NotMade} from "../../weights/models/index.js";
import type {Candidate, CandidateCosts, PrepareContext} from "../runner/define.js";
import {storedModel} from "./stored.js";
import {buildModel, trainingVersion} from "./trained.js";

export interface TrainedByJobOptions
  extends CandidateCosts, Omit<LocalModelOptions, "workspace" | "onProgress" | "hosting"> {
  baseline?: boolean;
  params?: ModelParameters;
  /** Who answers for a model that stays at the service. */
  endpoint?: Endpoint;
}

/**
 * A candidate that another machine trains: the job is sent when it was not yet, followed to its end, and its model is fetched. What
 * was begun goes on at the next start. Weights answer on this machine as `localModel` does; a model that stays at the service answers
 * at `endpoint`.
 */
export function trainedByJob(name: string, {definition}: Job, options: TrainedByJobOptions = {}): Candidate {
  const {baseline, params, hosting, wayThere, endpoint, ...local} = options;
  checkLocalOptions(`candidate ${JSON.stringify(name)}`, local);
  const job = {name: checkName("job", definition.name ?? name.replace(/[^\w.-]+/g, "-")), definition};
  return {
    name,
    baseline,
    params,
    hosting,
    wayThere,
    apart: true,
    async prepare(context) {
      const manifest =
        context.instead === undefined
          ? await trainedElsewhere(job, context)
          : await buildModel(storedModel(context.instead), context);
      const {model} = manifest.settings;
      if (manifest.files.length === 0) {
        if (endpoint) return {endpoint, model: String(model), modelId: manifest.id};
        throw new UserError(
          `candidate ${name}: the model ${String(model)} stays at ${definition.on.service}. Name who answers for it: \`endpoint\`.`
        );
      }
      const own = localModel(manifest.id, {
        ...local,
        workspace: context.store.workspace,
        onProgress: context.onProgress
      });
      return {
        endpoint: own,
        model: manifest.name,
        close: () => own.close?.() ?? Promise.resolve()
      };
    }
  };
}

async function trainedElsewhere(
  job: {name: string; definition: Job["definition"]},
  context: PrepareContext
): Promise<ModelManifest> {
  const {store, dryRun, signal, onProgress} = context;
  const version = await trainingVersion(job.definition.dataset, job.name, context);
  if (!dryRun) return modelOfJob(store, job, version, {signal, onMessage: onProgress});
  const found = await collectedModel(store, job, version);
  if (found) return found;
  throw new NotMade(job.name, hashJson([modelsDir(store.workspace), job.name, version.sha256]), true);
}
