export {type Backend, openBackend} from "./backend.js";
export {forkModule} from "./forkModule.js";
export {type Pointer, type TypeName, TYPES} from "./functions.js";
export {type Ggml, type Koffi, loadGgml} from "./library.js";
export {findLibraries, GGML_VERSION, installCommand, type Libraries, RELEASE} from "./package.js";
export {Graph, Workspace} from "./graph.js";
export {elements, type Node, type Shape} from "./node.js";
export * from "./operators.js";
export {type Planned, readFloats, Storage} from "./storage.js";
export {Tape} from "./tape.js";
export {
  CONTEXT_SETTINGS,
  type Llama,
  type LlamaBatch,
  type LlamaFunctions,
  loadLlama,
  MODEL_SETTINGS,
  QUANTISE_SETTINGS,
  type SettingsBytes
} from "./llama.js";
