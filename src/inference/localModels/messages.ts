import type {
  EngineInfo,
  EngineOptions,
  GeneratedToken,
  Generation,
  GenerationRequest,
  ScoredTexts,
  ScoringRequest
} from "./request.js";

/** What the caller's process says to the engine's. */
export type ToEngine =
  | {type: "load"; options: EngineOptions}
  | {type: "generate"; id: number; request: GenerationRequest; stream: boolean}
  | {type: "score"; id: number; request: ScoringRequest}
  | {type: "stop"; id: number}
  | {type: "logits"; id: number; tokens: readonly number[]; adapter?: string}
  | {type: "check"}
  | {type: "close"};

/** What the engine's process says back. */
export type FromEngine =
  | {type: "loaded"; info: EngineInfo}
  | {type: "library"; version: string; devices: string[]}
  | {type: "refused"; message: string; forUser: boolean}
  | {type: "text"; id: number; text: string; logprobs?: GeneratedToken[]}
  | {type: "done"; id: number; generation: Generation; memoryBytes: number}
  | {type: "scored"; id: number; scoring: ScoredTexts; memoryBytes: number}
  | {type: "logits"; id: number; logits: Float32Array[]}
  | {type: "error"; id: number; message: string; forUser: boolean};
