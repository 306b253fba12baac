export type SchemaObject = Record<string, unknown>;
export type Schema = SchemaObject | boolean;

const asObject = (value: unknown): SchemaObject =>
  typeof value === "object" && value !== null ? (value as SchemaObject) : {};

const CHOICES = new Set(["anyOf", "oneOf", "allOf"]);

/**
 * One schema of several that hold together: properties of all (of one name the last), what any requires, and the types that
 * all allow. Of choices the first stand; the others stay in allOf.
 */
export function united(parts: readonly SchemaObject[]): SchemaObject {
  const all = Object.entries(Object.assign({}, ...parts) as SchemaObject);
  const whole: SchemaObject = Object.fromEntries(all.filter(([key]) => !CHOICES.has(key)));
  const named = parts.filter(({properties}) => properties !== undefined);
  const listed = parts.filter(({required}) => Array.isArray(required));
  if (named.length > 0)
    whole.properties = Object.assign({}, ...named.map(({properties}) => asObject(properties))) as unknown;
  if (listed.length > 0) whole.required = listed.flatMap(({required}) => required as string[]);
  const type = parts.map((part) => part.type).reduce(typesOfBoth);
  if (type !== undefined) whole.type = type;
  const [choices, ...others] = parts.flatMap((part) => [part.anyOf, part.oneOf].filter(Array.isArray));
  if (choices) whole.anyOf = choices;
  if (others.length > 0) whole.allOf = others.map((one: unknown) => ({anyOf: one}));
  return whole;
}

/** Whether a schema is made of parts whose types have nothing in common. */
export const isEmpty = ({type}: SchemaObject) => Array.isArray(type) && type.length === 0;

function typesOfBoth(a: unknown, b: unknown): unknown {
  if (a === undefined || b === undefined) return a ?? b;
  const [some, others] = [[a].flat(), [b].flat()] as [unknown[], unknown[]];
  const within = (type: unknown, types: readonly unknown[]) =>
    types.includes(type) || (type === "integer" && types.includes("number"));
  const both = new Set([
    ...some.filter((type) => within(type, others)),
    ...others.filter((type) => within(type, some))
  ]);
  return both.size === 1 ? [...both][0] : [...both];
}

/** What says nothing of which values fit. */
const SILENT = new Set([
  "$defs",
  "definitions",
  "$schema",
  "$id",
  "$comment",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
  "nullable",
  "discriminator"
]);

/** Whether a schema without its choices leaves anything to hold to. */
export const saysMore = (schema: SchemaObject) => Object.keys(schema).some((key) => !SILENT.has(key));
