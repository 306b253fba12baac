import type {default as koffi, LibraryHandle} from "koffi";
import {messageOf, UserError} from "../../base/validation/errors.js";
import {
  BASE_FUNCTIONS,
  type BaseFunctions,
  type LibraryPointer,
  REGISTRY_FUNCTIONS,
  type RegistryFunctions
} from "./functions.js";
import {findLibraries, GGML_VERSION, installCommand, type Libraries} from "./package.js";

export type Koffi = typeof koffi;

/** The loaded library. One a process: two versions in one process end it. */
export interface Ggml {
  koffi: Koffi;
  libraries: Libraries;
  version: string;
  base: BaseFunctions;
  registry: RegistryFunctions;
  /** Devices that could compute, the processor first: "CPU", "Metal", "CUDA0". */
  devices: {name: string; description: string}[];
  /** Opens one more library of the same folder, such as llama's. */
  open(path: string): LibraryHandle;
}

let loaded: Promise<Ggml> | undefined;

/** Names a struct for the process, once: another copy of Assay in it may have done so. */
export function defineStruct(
  library: Koffi,
  name: string,
  members: Record<string, string | ReturnType<Koffi["array"]>>
): void {
  try {
    library.type(name);
  } catch {
    library.struct(name, members);
  }
}

/**
 * Loads the library once a process. Throws with the command that installs what is missing, when a version is not
 * the verified one, or when a function is not there. Load it in a child process where a failed assertion, which
 * ends the process, may not take the caller with it.
 */
export function loadGgml(): Promise<Ggml> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Ggml> {
  const libraries = findLibraries();
  const koffi = await importKoffi();
  defineStruct(koffi, "ggml_init_params", {mem_size: "size_t", mem_buffer: "void *", no_alloc: "bool"});
  const open = (path: string) => {
    try {
      return koffi.load(path);
    } catch (cause) {
      throw new UserError(
        `${path} cannot be loaded: ${messageOf(cause)}. It needs glibc 2.34 or later on Linux. Otherwise run \`${installCommand()}\`.`,
        {cause}
      );
    }
  };
  const baseLibrary = open(libraries.base);
  const registryLibrary = open(libraries.ggml);
  const base = bind(libraries.base, baseLibrary, BASE_FUNCTIONS) as BaseFunctions;
  const registry = bind(libraries.ggml, registryLibrary, REGISTRY_FUNCTIONS) as RegistryFunctions;
  const version = base.version() as string;
  if (version !== GGML_VERSION)
    throw new UserError(
      `${libraries.base} is ggml ${version}; gradients were verified with ${GGML_VERSION}. Run \`${installCommand()}\`.`
    );
  silence(base, baseLibrary);
  registry.backend_load_all_from_path(libraries.folder);
  const devices = Array.from({length: Number(registry.backend_dev_count())}, (_, i) => {
    const device = registry.backend_dev_get(i) as LibraryPointer;
    return {
      name: base.backend_dev_name(device) as string,
      description: base.backend_dev_description(device) as string
    };
  }).sort((a, b) => Number(b.name === "CPU") - Number(a.name === "CPU"));
  if (devices.length === 0)
    throw new UserError(
      `${libraries.folder} has no library for this processor. Run \`${installCommand()}\` on this machine.`
    );
  return {koffi, libraries, version, base, registry, devices, open};
}

async function importKoffi(): Promise<Koffi> {
  try {
    const module = await import("koffi");
    return module.default;
  } catch (cause) {
    throw new UserError(
      `Language models and sentence encoders need the package koffi, which does not load (${messageOf(cause)}). Run \`${installCommand()}\`.`,
      {cause}
    );
  }
}

function bind(path: string, library: LibraryHandle, declarations: Record<string, string>) {
  const missing: string[] = [];
  const functions: Record<string, unknown> = {};
  for (const [name, declaration] of Object.entries(declarations))
    try {
      functions[name] = library.func(declaration);
    } catch {
      missing.push(`ggml_${name}`);
    }
  if (missing.length > 0)
    throw new UserError(`${path} lacks ${missing.join(", ")}. Run \`${installCommand()}\`.`);
  return functions;
}

/**
 * The library writes to the terminal unless it has a log function. One of JavaScript's cannot be called from its own
 * threads, so it gets `ggml_op_name`, which takes the level for an operator and changes nothing.
 */
function silence(base: BaseFunctions, library: LibraryHandle): void {
  base.log_set(library.symbol("ggml_op_name"), null);
}
