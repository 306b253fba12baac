export {type Backend, openBackend} from "./backend.js";
export {type Pointer, type TypeName, TYPES} from "./functions.js";
export {type Ggml, type Koffi, loadGgml} from "./library.js";
export {findLibraries, GGML_VERSION, installCommand, type Libraries, RELEASE} from "./package.js";
