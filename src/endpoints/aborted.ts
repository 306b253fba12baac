import {EndpointError} from "./types.js";

export function aborted(): EndpointError {
  return new EndpointError("aborted", "The call was stopped before it finished.");
}
