import {isObject} from "../../../base/validation/isObject.js";
import {UserError} from "../../../base/validation/index.js";
import {bounds, repeated} from "./bounds.js";
import {mostAlike} from "./alike.js";
import {addCommonRule} from "./commonRules.js";
import {grammarLiteral, grammarLiterals} from "./literals.js";
import {OpenChoices} from "./openChoices.js";
import {isEmpty, saysMore, type Schema, type SchemaObject, united} from "./united.js";

/** Levels of a schema: what is nested deeper would end the stack, or never end. */
const DEEPEST = 100;

/** Choices beside properties are written out: of many that hold one another there is no end. */
const MOST_RULES = 10_000;

const MOST_CHARACTERS = 1_000_000;

/** The schema of any JSON object. */
export const ANY_OBJECT = {type: "object"};

/**
 * A grammar (GBNF) for what a JSON schema accepts: types, properties in their order, required and optional ones,
 * enum, const, anyOf and oneOf, allOf of objects, dictionaries (additionalProperties without properties), arrays with minItems and
 * maxItems, minLength and maxLength, local $ref. What a grammar cannot say (ranges of numbers, patterns, formats, a most of more
 * than 1,900) is not enforced. Throws a UserError for a schema that is none or that nothing fits, or whose references lead
 * nowhere. `rule` names the rule of the whole.
 */
export function jsonSchemaGrammar(schema: Schema, rule = "root"): string {
  return jsonSchemaGrammars({[rule]: schema});
}

/** One grammar of several schemas by the names of their rules; a reference is looked up in its own schema. */
export function jsonSchemaGrammars(schemas: Readonly<Record<string, Schema>>): string {
  const rules = new Map<string, string>();
  for (const [rule, schema] of Object.entries(schemas))
    new GrammarWriter(schema, rule, rules).define(rule, schema);
  const grammar = [...rules].map(([name, body]) => `${name} ::= ${body}`).join("\n");
  if (grammar.length > MOST_CHARACTERS)
    throw new UserError(
      `The JSON schema makes a grammar of ${grammar.length} characters; it may have ${MOST_CHARACTERS}.`
    );
  return grammar;
}

class GrammarWriter {
  private readonly references = new Map<string, string>();
  /** Schemas that were written as the union of their parts: one may hold itself. */
  private readonly unions = new Map<SchemaObject, string>();
  private readonly open = new OpenChoices();
  private depth = 0;
  private parts = 0;

  constructor(
    private readonly whole: Schema,
    private readonly rule: string,
    private readonly rules: Map<string, string>
  ) {}

  define(name: string, schema: Schema): string {
    if (this.rules.size > MOST_RULES)
      throw new UserError(
        `The JSON schema has more than ${MOST_RULES} parts when its choices are written out. Nest fewer of them.`
      );
    // Held before its body is made: a schema may refer to itself.
    this.rules.set(name, "");
    this.rules.set(
      name,
      this.open.ofRule(name, () => this.bodyOf(schema, name))
    );
    return name;
  }

  private common(name: string): string {
    return addCommonRule(this.rules, name);
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
    if (isReference(schema)) return this.reference(schema.$ref);
    if ("const" in schema) return grammarLiteral(schema.const);
    if (Array.isArray(schema.enum)) return grammarLiterals(schema.enum);
    if (Array.isArray(schema.anyOf)) return this.choice(schema, "anyOf", name);
    if (Array.isArray(schema.oneOf)) return this.choice(schema, "oneOf", name);
    if (Array.isArray(schema.allOf))
      return this.once(schema, name, () => this.bodyOf(united(this.partsOf(schema)), name));
    return this.typed(schema, name);
  }

  private typed(schema: SchemaObject, name: string): string {
    const {type} = schema;
    if (Array.isArray(type))
      return this.each(
        type.map((one: unknown) => ({...schema, type: one})),
        name
      );
    const kind = type ?? schemaType(schema);
    if (kind === "object") return this.objectOf(schema, name);
    if (kind === "array") return this.arrayOf(schema, name);
    if (kind === "string") return this.stringOf(schema);
    if (kind === undefined) return this.common("value");
    if (typeof kind === "string" && ["integer", "number", "boolean", "null"].includes(kind))
      return this.common(kind);
    throw new UserError(`The JSON schema has the unknown type ${JSON.stringify(kind)}.`);
  }

  /** What stands beside a list of choices holds for each of them. */
  private choice(schema: SchemaObject, list: "anyOf" | "oneOf", name: string): string {
    const {[list]: choices, ...own} = schema as Record<string, unknown> & Record<typeof list, Schema[]>;
    if (!saysMore(own)) return this.each(choices, name);
    return this.once(schema, name, () =>
      this.each(
        choices
          .filter((one) => one !== false)
          .map((one) =>
            isObject(one) || one === true ? united([...this.partsOf(own), ...this.partsOf(one)]) : one
          )
          .filter((one) => !isObject(one) || !isEmpty(one)),
        name
      )
    );
  }

  private each(choices: readonly Schema[], name: string): string {
    const alike = mostAlike(choices, (one) =>
      isObject(one) && isReference(one) ? this.lookUp(one.$ref) : one
    );
    return this.open
      .ofChoices(name, alike, () => choices.map((one, i) => this.define(`${name}-${i}`, one)))
      .join(" | ");
  }

  private once(schema: SchemaObject, name: string, write: () => string): string {
    const known = this.unions.get(schema);
    if (known !== undefined) return known;
    this.unions.set(schema, name);
    return write();
  }

  /** A schema without allOf and the schemas in it. */
  private partsOf(schema: unknown, level = 0): SchemaObject[] {
    if (level > DEEPEST) throw new UserError("The JSON schema has an allOf that refers to itself alone.");
    if (++this.parts > MOST_RULES)
      throw new UserError(
        `The JSON schema has more than ${MOST_RULES} parts in its allOf when references are followed.`
      );
    if (!isObject(schema)) return [{}];
    if (isReference(schema)) return this.partsOf(this.lookUp(schema.$ref), level + 1);
    const {allOf, ...own} = schema;
    const inner = Array.isArray(allOf) ? allOf : [];
    return [own, ...inner.flatMap((part) => this.partsOf(part, level + 1))];
  }

  private reference(path: string): string {
    const known = this.references.get(path);
    if (known !== undefined) {
      this.open.again(known);
      return known;
    }
    const name = `${this.rule}-ref-${this.references.size}`;
    this.references.set(path, name);
    return this.define(name, this.lookUp(path));
  }

  private lookUp(path: string): Schema {
    let at: unknown = path.startsWith("#") ? this.whole : undefined;
    for (const step of path.slice(1).split("/").filter(Boolean))
      at = (at as Record<string, unknown> | null | undefined)?.[
        decodedPointer(step).replaceAll("~1", "/").replaceAll("~0", "~")
      ];
    if ((typeof at !== "object" || at === null) && typeof at !== "boolean")
      throw new UserError(`The JSON schema refers to ${JSON.stringify(path)}, which is not in it.`);
    return at as Schema;
  }

  private stringOf({minLength, maxLength}: SchemaObject): string {
    if (minLength === undefined && maxLength === undefined) return this.common("string");
    this.common("char");
    return `"\\"" char${repeated(...bounds("Length", minLength, maxLength))} "\\""`;
  }

  private arrayOf(schema: SchemaObject, name: string): string {
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

  private objectOf(schema: SchemaObject, name: string): string {
    this.common("space");
    const required = new Set(Array.isArray(schema.required) ? (schema.required as string[]) : []);
    const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
    if (properties.length === 0) return this.dictionaryOf(schema.additionalProperties as Schema, name);
    const pairs = properties.map(([key, inner], i) => {
      const value = this.define(`${name}-${i}`, inner);
      this.rules.set(`${name}-${i}-kv`, `${grammarLiteral(key)} space ":" space ${value}`);
      return {rule: `${name}-${i}-kv`, needed: required.has(key)};
    });
    return `"{" space ${this.sequence(pairs, name)} space "}"`;
  }

  /** Any names, with values of one schema. */
  private dictionaryOf(values: Schema | undefined, name: string): string {
    if (values === undefined || values === true) return this.common("object");
    if (values === false) return `"{" space "}"`;
    const pair = `${this.common("string")} space ":" space ${this.define(`${name}-value`, values)}`;
    return `"{" space (${pair} ("," space ${pair})*)? space "}"`;
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

const isReference = (schema: SchemaObject): schema is SchemaObject & {$ref: string} =>
  typeof schema.$ref === "string";

/** What a schema without a type is about. */
function schemaType({properties, additionalProperties, items, prefixItems}: SchemaObject) {
  if (properties !== undefined || isObject(additionalProperties)) return "object";
  return items !== undefined || prefixItems !== undefined ? "array" : undefined;
}

function decodedPointer(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
