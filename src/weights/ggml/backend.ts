import {availableParallelism} from "node:os";
import {UserError} from "../../base/validation/errors.js";
import type {LibraryPointer} from "./functions.js";
import {type Ggml, loadGgml} from "./library.js";

/** The processor as a place to compute. */
export interface Backend {
  ggml: Ggml;
  pointer: LibraryPointer;
  /** With how many threads it computes now. */
  readonly threads: number;
  /** Computes with so many from the next graph on: 1 to the cores of the machine. */
  useThreads(threads: number): void;
  /** Instruction sets the loaded variant uses: results differ in the last bits between variants. */
  features: string[];
  free(): void;
}

/**
 * Opens the processor with `threads` threads, all available cores unless told otherwise. Threads spin while they wait:
 * more of them than free cores can be ten times slower, so the number is explicit and never above the cores.
 */
export async function openBackend(threads = availableParallelism()): Promise<Backend> {
  const ggml = await loadGgml();
  const {koffi, base, registry} = ggml;
  const cores = availableParallelism();
  const checked = (wanted: number) => {
    if (Number.isInteger(wanted) && wanted >= 1 && wanted <= cores) return wanted;
    throw new UserError(`threads: ${wanted} was asked for; this machine has ${cores}. Give 1 to ${cores}.`);
  };
  let now = checked(threads);
  const pointer = registry.backend_init_by_type(0, null) as LibraryPointer | null;
  if (!pointer) throw new UserError("The processor could not be opened for computing. Is memory left?");
  const device = base.backend_get_device(pointer) as LibraryPointer;
  const reg = base.backend_dev_backend_reg(device) as LibraryPointer;
  const setThreads = base.backend_reg_get_proc_address(reg, "ggml_backend_set_n_threads") as LibraryPointer;
  const form = koffi.proto("void (void *backend, int threads)");
  const useThreads = (wanted: number) => {
    now = checked(wanted);
    koffi.call(setThreads, form, pointer, now);
  };
  useThreads(threads);
  let freed = false;
  return {
    ggml,
    pointer,
    get threads() {
      return now;
    },
    useThreads,
    features: featuresOf(ggml, reg),
    free() {
      if (!freed) base.backend_free(pointer);
      freed = true;
    }
  };
}

function featuresOf({koffi, base}: Ggml, reg: LibraryPointer): string[] {
  const getFeatures = base.backend_reg_get_proc_address(
    reg,
    "ggml_backend_get_features"
  ) as LibraryPointer | null;
  if (!getFeatures) return [];
  const list = koffi.call(getFeatures, koffi.proto("void *(void *reg)"), reg) as LibraryPointer;
  const names: string[] = [];
  // Pairs of two texts, ended by a null name.
  for (let i = 0; i < 64; i++) {
    const name = koffi.decode(list, i * 16, "const char *") as string | null;
    if (name === null) break;
    if ((koffi.decode(list, i * 16 + 8, "const char *") as string | null) !== "0") names.push(name);
  }
  return names.sort();
}
