/**
 * What an object itself has under a name that comes from data. `object[name]` also finds what every object inherits: a label may
 * be called "constructor".
 */
export function memberOf<T>(
  object: Readonly<Record<string, T>> | null | undefined,
  name: string
): T | undefined {
  return object != null && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** An object for members by names that come from data: it inherits nothing, and "__proto__" is a name like others. */
export function emptyRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
