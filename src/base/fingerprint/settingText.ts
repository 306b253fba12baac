/** Deeper than settings are nested. */
const DEEPEST = 6;

/**
 * What a value says as a setting: a text that is the same for the same value in every process. Undefined for what is
 * none: instances of classes, modules, promises.
 * @param versionOf what a function among them counts as
 */
export function settingText(
  value: unknown,
  versionOf: (given: (...args: never[]) => unknown) => string,
  depth = 0
): string | undefined {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return versionOf(value as () => unknown);
  if (typeof value !== "object" || value === null)
    return typeof value === "symbol" ? undefined : String(value);
  if (value instanceof RegExp || value instanceof Date) return JSON.stringify(String(value));
  if (depth > DEEPEST) return undefined;
  const inner = (one: unknown) => settingText(one, versionOf, depth + 1) ?? "";
  if (Array.isArray(value)) return `[${value.map(inner).join(",")}]`;
  if (value instanceof Set) return `{${[...value].map(inner).join(",")}}`;
  if (value instanceof Map) return `{${[...value].map((pair) => pair.map(inner).join(":")).join(",")}}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  if (!isPlain || Symbol.toStringTag in value || "__esModule" in value) return undefined;
  const members = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, one]) => "value" in one);
  return `{${members
    .map(([name, one]) => `${JSON.stringify(name)}:${inner(one.value)}`)
    .sort()
    .join(",")}}`;
}
