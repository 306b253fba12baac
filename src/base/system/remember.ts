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
