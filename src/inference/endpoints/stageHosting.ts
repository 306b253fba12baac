import type {EndpointStage, Hosting} from "./types.js";

/** A stage with where its candidate says that it runs. Not in types.ts, whose text is part of judges' versions. */
export interface HostedStage extends EndpointStage {
  hosting?: Hosting;
}

/** Where a stage runs: what its candidate says, else its endpoint. */
export function stageHosting(stage: EndpointStage): Hosting {
  const {hosting = stage.endpoint.hosting}: HostedStage = stage;
  return hosting;
}
