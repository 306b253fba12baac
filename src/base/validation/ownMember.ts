const OWN = {enumerable: true, writable: true, configurable: true};

/** Gives an object a member of its own: one of the name `__proto__` cannot be assigned. */
export function ownMember(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") Object.defineProperty(object, name, {value, ...OWN});
  else object[name] = value;
}
