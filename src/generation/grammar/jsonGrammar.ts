import {isObject} from "../../store/checked.js";
import {UserError} from "../../store/index.js";

type Schema = Record<string, unknown> | boolean;

const CHARACTER = `[^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F])`;

/** Rules that schemas share. At most one space between parts: a model must not fill pages with space. */
const COMMON: Readonly<Record<string, string>> = {
  space: `" "?`,
  char: CHARACTER,
  string: `"\\"" char* "\\""`,
  integer: `"-"? ("0" | [1-9] [0-9]{0,15})`,
  number: `integer ("." [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})?`,
  boolean: `"true" | "false"`,
  null: `"null"`,
  array: `"[" space (value ("," space value)*)? space "]"`,
  object: `"{" space (string space ":" space value ("," space string space ":" space value)*)? space "}"`,
  value: `object | array | string | number | boolean | null`
};

/** Levels of a schema: what is nested deeper would end the stack, or never end. */
const DEEPEST = 100;

/** llama.cpp writes a repetition out, and refuses longer ones. */
const MOST_REPEATS = 2000;

/** The grammar (GBNF) of any JSON object. */
export function jsonObjectGrammar(): string {
  return jsonSchemaGrammar({type: "object"});
}

/**
 * A grammar (GBNF) for what a JSON schema accepts: types, properties in their order, required and optional ones,
 * enum, const, anyOf and oneOf, allOf of objects, arrays with minItems and maxItems, minLength and maxLength, local
 * $ref. What a grammar cannot say (ranges of numbers, patterns, formats, a most of more than 2,000) is not enforced. Throws a
 * UserError for a schema that is none or that nothing fits, or whose references lead nowhere. `rule` names the rule of the whole.
 */
export function jsonSchemaGrammar(schema: Schema, rule = "root"): string {
  const writer = new Writer(schema);
  writer.define(rule, schema);
  return writer.text();
}

class Writer {
  private readonly rules = new Map<string, string>();
  private readonly references = new Map<string, string>();
  private depth = 0;

  constructor(private readonly whole: Schema) {}

  text(): string {
    return [...this.rules].map(([name, body]) => `${name} ::= ${body}`).join("\n");
  }

  define(name: string, schema: Schema): string {
    // Held before its body is made: a schema may refer to itself.
    this.rules.set(name, "");
    this.rules.set(name, this.bodyOf(schema, name));
    return name;
  }

  private common(name: string): string {
    if (!this.rules.has(name)) {
      const body = COMMON[name]!;
      this.rules.set(name, body);
      for (const [used] of body.replace(/"(\\.|[^"\\])*"|\[(\\.|[^\]\\])*\]/g, "").matchAll(/[a-z]+/g))
        if (used in COMMON) this.common(used);
    }
    return name;
  }

  private bodyOf(schema: Schema, name: string): string {
    if (++this.depth > DEEPEST)
      throw new UserError(
        `The JSON schema is nested deeper than ${DEEPEST} levels, or refers to itself alone.`
      );
    const body = this.written(schema, name);
    this.depth--;
    if (body === "") throw new UserError("The JSON schema has an empty list of choices: nothing fits it.");
    return body;
  }

  private written(schema: unknown, name: string): string {
    if (schema === true) return this.common("value");
    if (schema === false) throw new UserError("The JSON schema holds `false`: nothing fits it.");
    if (!isObject(schema))
      throw new UserError(
        `The JSON schema holds ${String(JSON.stringify(schema)).slice(0, 60)} in a schema's place.`
      );
    if (typeof schema.$ref === "string") return this.reference(schema.$ref);
    if ("const" in schema) return literal(schema.const);
    if (Array.isArray(schema.enum)) return schema.enum.map(literal).join(" | ");
    const choices = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
    if (Array.isArray(choices)) return choices.map((one, i) => this.define(`${name}-${i}`, one)).join(" | ");
    if (Array.isArray(schema.allOf)) return this.bodyOf(this.united(schema), name);
    const {type} = schema;
    if (Array.isArray(type))
      return type.map((one: unknown, i) => this.define(`${name}-${i}`, {...schema, type: one})).join(" | ");
    if (type === "object" || schema.properties !== undefined) return this.objectOf(schema, name);
    if (type === "array" || schema.items !== undefined || schema.prefixItems !== undefined)
      return this.arrayOf(schema, name);
    if (type === "string") return this.stringOf(schema);
    if (type === undefined) return this.common("value");
    if (typeof type === "string" && ["integer", "number", "boolean", "null"].includes(type))
      return this.common(type);
    throw new UserError(`The JSON schema has the unknown type ${JSON.stringify(type)}.`);
  }

  private reference(path: string): string {
    const known = this.references.get(path);
    if (known !== undefined) return known;
    const name = `ref-${this.references.size}`;
    this.references.set(path, name);
    return this.define(name, this.lookUp(path));
  }

  private lookUp(path: string): Schema {
    let at: unknown = path.startsWith("#") ? this.whole : undefined;
    for (const step of path.slice(1).split("/").filter(Boolean))
      at = (at as Record<string, unknown> | null | undefined)?.[
        decoded(step).replaceAll("~1", "/").replaceAll("~0", "~")
      ];
    if ((typeof at !== "object" || at === null) && typeof at !== "boolean")
      throw new UserError(`The JSON schema refers to ${JSON.stringify(path)}, which is not in it.`);
    return at as Schema;
  }

  private united(schema: Record<string, unknown>): Record<string, unknown> {
    const {allOf, ...own} = schema;
    const parts = [own, ...(allOf as Schema[])].map((part) => {
      if (typeof part !== "object" || part === null) return {};
      return typeof part.$ref === "string" ? (this.lookUp(part.$ref) as Record<string, unknown>) : part;
    });
    return {
      ...Object.assign({}, ...parts),
      properties: Object.assign({}, ...parts.map((part) => part.properties)) as unknown,
      required: parts.flatMap(({required}) => (Array.isArray(required) ? (required as string[]) : []))
    };
  }

  private stringOf({minLength, maxLength}: Record<string, unknown>): string {
    if (minLength === undefined && maxLength === undefined) return this.common("string");
    this.common("char");
    return `"\\"" char${repeated(...bounds("Length", minLength, maxLength))} "\\""`;
  }

  private arrayOf(schema: Record<string, unknown>, name: string): string {
    this.common("space");
    if (Array.isArray(schema.prefixItems)) {
      const items = (schema.prefixItems as Schema[]).map((item, i) => this.define(`${name}-${i}`, item));
      return `"[" space ${items.join(` "," space `)} space "]"`;
    }
    const item = this.define(`${name}-item`, (schema.items as Schema | undefined) ?? true);
    const [least, most] = bounds("Items", schema.minItems, schema.maxItems);
    if (most === 0) return `"[" space "]"`;
    const rest = `("," space ${item})${repeated(Math.max(0, least - 1), most === undefined ? undefined : most - 1)}`;
    const list = `${item} ${rest}`;
    return `"[" space ${least > 0 ? list : `(${list})?`} space "]"`;
  }

  private objectOf(schema: Record<string, unknown>, name: string): string {
    this.common("space");
    const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
    if (properties.length === 0) return this.common("object");
    const required = new Set(Array.isArray(schema.required) ? (schema.required as string[]) : []);
    const pairs = properties.map(([key, inner], i) => {
      const value = this.define(`${name}-${i}`, inner);
      this.rules.set(`${name}-${i}-kv`, `${literal(key)} space ":" space ${value}`);
      return {rule: `${name}-${i}-kv`, needed: required.has(key)};
    });
    return `"{" space ${this.sequence(pairs, name)} space "}"`;
  }

  /** Pairs in their order, with a comma between those that are there. */
  private sequence(pairs: readonly {rule: string; needed: boolean}[], name: string): string {
    // What may follow once a pair has been written, from the last to the first.
    let after = "";
    const starts: string[] = [];
    for (const [i, {rule, needed}] of [...pairs.entries()].reverse()) {
      starts.unshift(`${rule}${after ? ` ${after}` : ""}`);
      const next = `${name}-after-${i}`;
      this.rules.set(
        next,
        needed ? `"," space ${starts[0]}` : `("," space ${starts[0]})${after ? ` | ${after}` : "?"}`
      );
      after = next;
    }
    const first = pairs.findIndex(({needed}) => needed);
    const possible = first < 0 ? starts : starts.slice(0, first + 1);
    return first < 0 ? `(${possible.join(" | ")})?` : `(${possible.join(" | ")})`;
  }
}

/** The least and the most of something, the most only where a grammar can say it. */
function bounds(of: "Length" | "Items", min: unknown, max: unknown): [least: number, most?: number] {
  const whole = (name: string, value: unknown) => {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    throw new UserError(
      `The JSON schema has ${name}: ${JSON.stringify(value)}; it is a whole number from 0.`
    );
  };
  const least = min === undefined ? 0 : whole(`min${of}`, min);
  const most = max === undefined ? undefined : whole(`max${of}`, max);
  if (least > MOST_REPEATS)
    throw new UserError(`The JSON schema has min${of}: ${least}; a grammar takes at most ${MOST_REPEATS}.`);
  if (most !== undefined && most < least)
    throw new UserError(`The JSON schema has min${of} above max${of}: nothing fits it.`);
  return [least, most !== undefined && most <= MOST_REPEATS ? most : undefined];
}

const repeated = (least: number, most?: number) => `{${least},${most ?? ""}}`;

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** A value as the JSON text that stands for it. */
function literal(value: unknown): string {
  return `"${JSON.stringify(value).replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}
