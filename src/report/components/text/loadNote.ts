import type {RunView} from "../../site/types.js";
import {pluralText} from "./format.js";

/** What latencies of a run were taken at: a server that answers many at once answers each more slowly. Empty when it is not known. */
export function loadNote({concurrency}: RunView): string {
  if (concurrency === undefined) return "";
  return `Latencies were taken with up to ${pluralText(concurrency, "request")} in flight at each endpoint; assay bench measures them by load.`;
}
