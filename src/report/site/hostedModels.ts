import type {NamedHosting, HostingModel} from "../../base/costs/index.js";
import {isStaged, type RunCandidate} from "../../base/store/index.js";

/** Where the models run that a candidate of several asks; none where an older run does not say it. Undefined for a candidate of one. */
export function hostedModels(candidate: RunCandidate): NamedHosting[] | undefined {
  if (!isStaged(candidate)) return undefined;
  return (candidate.answerers ?? []).map(({name, endpoint, hosting}) => ({
    name,
    hosting: hostingOf(hosting, endpoint)
  }));
}

/** Of what is not known, the most that may leave. */
function hostingOf(hosting: string | undefined, endpoint: string | undefined): HostingModel {
  if (hosting === "on-prem" || hosting === "edge" || hosting === "cloud") return {kind: hosting};
  return {kind: "api", provider: endpoint};
}
