/**
 * The ggml library as this process uses it: graphs, operators, memory, gradients on a tape.
 * In: arrays and the description of a graph. Out: its results, and processes that may crash without ending this one.
 * It knows no model family and reads no files of weights.
 */
export {availableMemory, freeCores} from "./machine.js";
export {type Backend, openBackend} from "./backend.js";
export {forkModule, killAtExit, leaveEndToParent, tellParent} from "./forkModule.js";
export {type LibraryPointer, type TypeName, TYPES} from "./functions.js";
export {type Koffi, loadGgml} from "./library.js";
export {findLibraries, GGML_VERSION, installCommand, RELEASE} from "./package.js";
export {Graph, GraphMemory} from "./graph.js";
export {elements, type Node, nodeOf, type NodeShape} from "./node.js";
export * from "./operators.js";
export {type Planned, Storage} from "./storage.js";
export {Tape} from "./tape.js";
export {
  CONTEXT_SETTINGS,
  type Llama,
  type LlamaBatch,
  loadLlama,
  MODEL_SETTINGS,
  QUANTISE_SETTINGS,
  type SettingsBytes
} from "./llama.js";
