import {noVersion} from "../../data/datasets/index.js";
import {type ServedWriter, withParams} from "../../inference/endpoints/index.js";
import {createLimiters} from "../../inference/endpoints/limiters.js";
import {createStageCalls, prepareCandidate} from "../../evals/runner/index.js";
import {ensureSplit} from "../../data/splits/index.js";
import {hashJson} from "../../base/system/index.js";
import type {Store} from "../../base/store/index.js";
import {candidateNamed, evalNamed, splitTarget} from "../project/evalCandidate.js";
import {datasetOf, loadDatasets} from "../project/project.js";
import {note} from "../terminal/terminal.js";
import {pulledVersion} from "../project/newestVersion.js";

/** Requests that a served candidate's endpoint has in flight at most, where it states no limit. */
const CONCURRENCY = 16;

/**
 * A candidate of an eval, such as a cascade, as a model that writes: asked with its own parameters and tools, which those of
 * a request go before, and within the limits of its endpoints. Throws UserError when there is none of that name or no data yet.
 * @param target `EVAL:CANDIDATE`, or `EVAL` when it has one candidate
 */
export async function servedCandidate(
  store: Store,
  target: string
): Promise<{writer: ServedWriter; close(): Promise<void>}> {
  const {project} = store.workspace;
  const {evalName, wanted} = splitTarget(target);
  const one = await evalNamed(project, evalName);
  const candidate = candidateNamed(one, wanted);
  const dataset = datasetOf(one.definition, (await loadDatasets(project)).datasets);
  const version = await pulledVersion(store, dataset);
  if (!version) throw noVersion(dataset.name);
  const split = await ensureSplit(store, version, [one.definition.split].flat()[0]!, {measure: false});
  const {prepared, record, close} = await prepareCandidate(one.definition, {
    store,
    version,
    split,
    candidate,
    onMessage: note
  });
  const {endpoint, model} = prepared;
  if (endpoint.trust !== "local")
    note(
      `! ${candidate.name} sends what it is asked to ${endpoint.name}, an endpoint of trust "${endpoint.trust}".`
    );
  const limiters = createLimiters(CONCURRENCY);
  const stages = createStageCalls({limiters});
  return {
    close,
    writer: {
      name: candidate.name,
      weights: hashJson(record.identity),
      endpoint: {
        ...endpoint,
        complete: (request, options) =>
          limiters.of(endpoint).run(
            (attempts) =>
              endpoint.complete(
                {
                  ...request,
                  model,
                  params: withParams(candidate.params, request.params),
                  tools: request.tools?.length ? request.tools : candidate.tools
                },
                {...options, attempts, stageCalls: stages.of("")}
              ),
            {signal: options?.signal}
          )
      }
    }
  };
}
