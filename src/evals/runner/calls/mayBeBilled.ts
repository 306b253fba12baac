import type {EndpointErrorKind} from "../../../inference/endpoints/types.js";

/** Kinds of error in which no server has worked: it was not asked, or it said no at once. */
const NOT_BILLED = new Set<EndpointErrorKind | "endpoint">([
  "rate-limit",
  "auth",
  "bad-request",
  "missing-record",
  "refused-by-privacy-check"
]);

/** Whether a failed attempt may have been billed: always, unless no server can have worked on it. */
export function mayBeBilled(failed: {kind: EndpointErrorKind | "endpoint"; mayBeBilled?: boolean}): boolean {
  return failed.mayBeBilled ?? !NOT_BILLED.has(failed.kind);
}
