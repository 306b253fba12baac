import {isObject} from "../../../base/validation/isObject.js";
import {isEmpty, type Schema, type SchemaObject} from "./united.js";

/**
 * Counts the choices that may still be open where a value within them begins: those that agree in everything before it. The
 * engine follows each of them, so that such choices within one another multiply.
 * @param resolve a schema without its reference
 */
export function mostAlike(choices: readonly Schema[], resolve: (schema: Schema) => Schema): number {
  const counts = new Map<string, number>();
  for (const choice of choices) {
    const key = beginningOf(resolve(choice), resolve);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(1, ...counts.values());
}

/** Everything before the first value within, undefined where there is none. */
function beginningOf(schema: Schema, resolve: (schema: Schema) => Schema): string | undefined {
  if (!isObject(schema) || isEmpty(schema) || isScalar(schema)) return undefined;
  if (isObject(schema.items) || Array.isArray(schema.prefixItems)) return "[";
  if (!isObject(schema.properties)) return "…";
  const required = new Set(Array.isArray(schema.required) ? (schema.required as string[]) : []);
  let key = "{";
  for (const [name, value] of Object.entries(schema.properties)) {
    if (!required.has(name)) return `${key}?`;
    key += `${JSON.stringify(name)}:`;
    const inner = resolve(value as Schema);
    if (!isScalar(inner)) return key;
    if (isObject(inner) && "const" in inner) key += JSON.stringify(inner.const);
  }
  return undefined;
}

const SCALARS = new Set<unknown>(["string", "integer", "number", "boolean", "null"]);

const isScalar = (schema: Schema) =>
  isObject(schema) &&
  ("const" in schema ||
    Array.isArray(schema.enum) ||
    [(schema as SchemaObject).type].flat().every((one) => SCALARS.has(one)));
