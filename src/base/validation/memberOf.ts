const OWN = {enumerable: true, writable: true, configurable: true};

/** Gives an object a member of its own: one of the name `__proto__` cannot be assigned. */
export function ownMember(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") Object.defineProperty(object, name, {value, ...OWN});
  else object[name] = value;
}

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
