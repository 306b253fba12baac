import {createRequire} from "node:module";

const require = createRequire(import.meta.url);

/**
 * A library that is loaded when the function is first called, without waiting: for what takes long or much memory to
 * load and most processes never need. `name` as in an import; throws what loading throws.
 */
export function onFirstUse<Library>(name: string): () => Library {
  let library: Library | undefined;
  return () => (library ??= require(name) as Library);
}
