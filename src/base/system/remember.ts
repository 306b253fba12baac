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

/** A reading that is made once for each key, and shared while it is under way. One that failed is not made again. */
export function remember<K, T>(
  keyOf: (of: K) => unknown,
  read: (of: K) => Promise<T>
): (of: K) => Promise<T> {
  const known = new Map<unknown, Promise<T>>();
  return (of) => {
    const key = keyOf(of);
    const found = known.get(key) ?? read(of);
    known.set(key, found);
    return found;
  };
}
