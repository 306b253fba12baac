import type * as Draft07 from "ajv";
import type * as Draft2019 from "ajv/dist/2019.js";
import type * as Draft2020 from "ajv/dist/2020.js";
import {onFirstUse} from "../../base/system/index.js";
import {boundedMatches} from "./boundedMatch.js";
import type {Json} from "./types.js";

const draft07 = onFirstUse<typeof Draft07>("ajv");
const draft2019 = onFirstUse<typeof Draft2019>("ajv/dist/2019.js");
const draft2020 = onFirstUse<typeof Draft2020>("ajv/dist/2020.js");

/** What `$schema` may name, without its scheme. The words of draft-06 mean the same in draft-07. */
const DRAFTS: Readonly<Record<string, (options: Draft07.Options) => Draft07.default>> = {
  "json-schema.org/draft-06/schema": (options) => new (draft07().Ajv)(options),
  "json-schema.org/draft-07/schema": (options) => new (draft07().Ajv)(options),
  "json-schema.org/draft/2019-09/schema": (options) => new (draft2019().Ajv2019)(options),
  "json-schema.org/draft/2020-12/schema": (options) => new (draft2020().Ajv2020)(options)
};

/** Throws when the schema is none, or of a draft that is not known. What it gives says what is wrong with a value, if anything. */
export function schemaValidator(schema: {[key: string]: Json} | boolean): (value: Json) => string[] {
  const compiler = draftOf(schema)({
    allErrors: true,
    strict: false,
    validateFormats: false,
    code: {regExp: boundedPattern}
  });
  const {str} = draft07();
  compiler.removeKeyword("multipleOf").addKeyword({
    keyword: "multipleOf",
    type: "number",
    schemaType: "number",
    errors: false,
    validate: isMultiple,
    error: {message: ({schemaCode}) => str`must be multiple of ${schemaCode as number}`}
  });
  // The draft's own meta-schema is the compiler's default, in whichever spelling `$schema` names it.
  const validate = compiler.compile(typeof schema === "object" ? without$schema(schema) : schema);
  return (value) => (validate(value) ? [] : (validate.errors ?? []).slice(0, 10).map(violationText));
}

function without$schema(schema: {[key: string]: Json}) {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema"));
}

function draftOf(schema: {[key: string]: Json} | boolean) {
  const named = typeof schema === "object" ? schema.$schema : undefined;
  const name = typeof named === "string" ? named.replace(/^https?:\/\//, "").replace(/#$/, "") : named;
  if (name !== undefined && name !== "json-schema.org/schema") {
    if (typeof name === "string" && Object.hasOwn(DRAFTS, name)) return DRAFTS[name]!;
    throw new Error(
      `$schema names ${JSON.stringify(named)}; known are ${Object.keys(DRAFTS)
        .map((draft) => `${draft.includes("draft-") ? "http" : "https"}://${draft}`)
        .join(", ")}`
    );
  }
  const isOlder = holds(schema, ({items}) => Array.isArray(items));
  if (isOlder && holds(schema, ({prefixItems}) => prefixItems !== undefined))
    throw new Error("the schema has both prefixItems and a list of items; name its draft by $schema");
  // Lists of `items` are the one older form that 2020-12 does not read; 2019-09 has all forms of draft-07.
  return DRAFTS[`json-schema.org/draft/${isOlder ? "2019-09" : "2020-12"}/schema`]!;
}

const NO_SCHEMAS = new Set(["const", "default", "enum", "examples"]);
const BY_NAME = new Set([
  "$defs",
  "definitions",
  "dependencies",
  "dependentSchemas",
  "patternProperties",
  "properties"
]);

/** Whether the schema, or one within it, is as asked. */
function holds(schema: Json, asked: (one: {[key: string]: Json}) => boolean): boolean {
  if (Array.isArray(schema)) return schema.some((one) => holds(one, asked));
  if (typeof schema !== "object" || schema === null) return false;
  return (
    asked(schema) ||
    Object.entries(schema).some(([key, value]) => {
      if (NO_SCHEMAS.has(key)) return false;
      const byName = BY_NAME.has(key) && typeof value === "object" && value !== null;
      return holds(byName ? Object.values(value) : value, asked);
    })
  );
}

/** By decimal digits: 4.35 is a multiple of 0.01, though the quotient of their nearest doubles is no whole number. */
function isMultiple(of: number, value: number): boolean {
  const [a, b] = [decimal(value), decimal(of)];
  const scale = Math.min(a.exponent, b.exponent);
  const whole = ({digits, exponent}: Decimal) => digits * 10n ** BigInt(exponent - scale);
  return whole(a) % whole(b) === 0n;
}

interface Decimal {
  digits: bigint;
  exponent: number;
}

function decimal(value: number): Decimal {
  const [mantissa, power = "0"] = String(value).split("e");
  const [whole, fraction = ""] = mantissa!.split(".");
  return {digits: BigInt(whole! + fraction), exponent: Number(power) - fraction.length};
}

/** Patterns of a schema look at what a model wrote, so that they are given up after a second like any other. */
const boundedPattern = Object.assign(
  (source: string, flags: string) => {
    const pattern = new RegExp(source, flags);
    return {
      test: (text: string) => boundedMatches(pattern, text).length > 0,
      toString: () => String(pattern)
    };
  },
  // Code of its own is asked for where validators are written to files, which ours are not.
  {code: ""}
);

function violationText({instancePath, message, params}: Draft07.ErrorObject): string {
  const extra = params.additionalProperty ?? params.unevaluatedProperty;
  return `${instancePath || "the value"} ${message ?? "is invalid"}${extra === undefined ? "" : ` (${String(extra)})`}`;
}
