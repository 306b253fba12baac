import {z} from "zod";
import {UserError} from "./errors.js";
import {nameProblem} from "./names.js";
import {nearest} from "./nearest.js";
import {isObject} from "./isObject.js";

/** One schema for every member of T: a member added to the type and not here does not compile. */
export type SchemaShape<T> = {[K in keyof Required<T>]: z.ZodType};

/**
 * An object with these members and no others; an unknown one is answered with the nearest that there is.
 * @param told what is said of members that are known not to belong here, by name
 */
export function exactly<T extends object>(
  what: string,
  shape: SchemaShape<T>,
  told: Record<string, string> = {}
): z.ZodType {
  return z.strictObject(shape as z.core.$ZodLooseShape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => unknownKey(key, Object.keys(shape), told)).join("\n")
        : `must be ${what}`
  });
}

/** One of several objects, told apart by their `kind`. */
export function byKind(what: string, kinds: Record<string, z.ZodType>): z.ZodType {
  return z.unknown().check((context) => {
    const {value} = context;
    const kind = isObject(value) ? value.kind : undefined;
    const schema = typeof kind === "string" && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (schema) return forward(context, schema.safeParse(value).error?.issues ?? []);
    const names = Object.keys(kinds);
    const meant = isObject(value) && kind === undefined ? nearest("kind", Object.keys(value)) : undefined;
    if (meant !== undefined)
      context.issues.push({
        code: "custom",
        input: value,
        path: [],
        message: unknownKey(meant, ["kind"], {}),
        params: {sentence: true}
      });
    const hint = typeof kind === "string" ? didYouMean(kind, names) : "";
    context.issues.push({
      code: "custom",
      input: value,
      path: isObject(value) ? ["kind"] : [],
      message: isObject(value) ? `must be one of ${names.join(", ")}${hint}` : `must be ${what}`
    });
  });
}

export function text(what = "a text"): z.ZodType {
  return z.string({error: `must be ${what}`}).min(1, {error: `must be ${what}`});
}

/** A text that can be a folder's name. */
export function folderName(): z.ZodType {
  return holding<string>(text(), (name) => {
    const message = nameProblem(name);
    return message === undefined ? [] : [{message}];
  });
}

/** Any text, the empty one too. */
export function anyText(): z.ZodType {
  return z.string({error: "must be a text"});
}

export interface NumberBounds {
  least?: number;
  most?: number;
  /** Exclusive bounds. */
  above?: number;
  below?: number;
  whole?: boolean;
}

/** A finite number within bounds. */
export function number(bounds: NumberBounds = {}): z.ZodType {
  const {least = -Infinity, most = Infinity, above = -Infinity, below = Infinity, whole = false} = bounds;
  const limits = [
    ...(bounds.least === undefined ? [] : [`at least ${least}`]),
    ...(bounds.above === undefined ? [] : [`above ${above}`]),
    ...(bounds.most === undefined ? [] : [`at most ${most}`]),
    ...(bounds.below === undefined ? [] : [`below ${below}`])
  ];
  const what = `a ${whole ? "whole " : ""}number${limits.length > 0 ? ` (${limits.join(", ")})` : ""}`;
  return passing(
    (value) =>
      typeof value === "number" &&
      Number.isFinite(value) &&
      value >= least &&
      value <= most &&
      value > above &&
      value < below &&
      (!whole || Number.isSafeInteger(value)),
    what
  );
}

/** A whole number of at least one that may be absent. */
export const optionalCount = () => number({least: 1, whole: true}).optional();

export function flag(): z.ZodType {
  return z.boolean({error: "must be true or false"});
}

/** One of these texts. */
export function oneOf(values: readonly string[]): z.ZodType {
  const what = `one of ${values.map((value) => JSON.stringify(value)).join(", ")}`;
  return z.unknown().check((context) => {
    const {value} = context;
    if (typeof value === "string" && values.includes(value)) return;
    const hint = typeof value === "string" ? didYouMean(value, values) : "";
    context.issues.push({code: "custom", input: value, path: [], message: `must be ${what}${hint}`});
  });
}

/** Whatever a test of our own says of it. */
export function passing(test: (value: unknown) => boolean, what: string): z.ZodType {
  return z.custom((value) => test(value), {error: `must be ${what}`});
}

export function func(what = "a function"): z.ZodType {
  return passing((value) => typeof value === "function", what);
}

export function listOf(of: z.ZodType, what = "a list", least = 0): z.ZodType {
  return z.array(of, {error: `must be ${what}`}).min(least, {error: `must be ${what} with something in it`});
}

/** Values by name; the names are free, and none is empty. */
export function byName(of: z.ZodType, what: string, least = 0): z.ZodType {
  return z.unknown().check((context) => {
    const {value} = context;
    const wrong = (message: string, path: string[] = []) =>
      context.issues.push({code: "custom", input: value, path, message});
    if (!isObject(value)) return void wrong(`must be ${what}`);
    const entries = Object.entries(value);
    if (entries.length < least) wrong(`must be ${what}, and names none`);
    for (const [name, one] of entries) {
      if (name.trim() === "") wrong("must have names that are not empty");
      const issues = of.safeParse(one).error?.issues ?? [];
      forward(context, issues, [name]);
    }
  });
}

/** One of several forms. Where the value has the form of one of them, that one's problems are told. */
export function either(what: string, ...forms: z.ZodType[]): z.ZodType {
  return z.unknown().check((context) => {
    const found = forms.map((form) => form.safeParse(context.value).error?.issues ?? []);
    if (found.some((issues) => issues.length === 0)) return;
    const inside = found.find((issues) =>
      issues.every(
        (issue) => issue.path.length > 0 || issue.code === "unrecognized_keys" || isSentence(issue)
      )
    );
    if (inside) forward(context, inside);
    else context.issues.push({code: "custom", input: context.value, path: [], message: `must be ${what}`});
  });
}

/** The schema that a value itself chooses, and what of it is looked at. */
export function chosen(choose: (value: unknown) => {schema: z.ZodType; value: unknown}): z.ZodType {
  return z.unknown().check((context) => {
    const {schema, value} = choose(context.value);
    forward(context, schema.safeParse(value).error?.issues ?? []);
  });
}

/** An object that is not looked into. */
export function anyObject(what = "an object"): z.ZodType {
  return passing(isObject, what);
}

/** Further rules for a value that has the right form: each problem is a sentence, with its member. */
export function holding<T>(
  schema: z.ZodType,
  problemsOf: (value: T) => {path?: (string | number)[]; message: string}[]
): z.ZodType {
  return z.unknown().check((context) => {
    const issues = schema.safeParse(context.value).error?.issues;
    if (issues) return forward(context, issues);
    for (const {path = [], message} of problemsOf(context.value as T))
      context.issues.push({code: "custom", input: context.value, path, message, params: {sentence: true}});
  });
}

/** Everything that keeps a value from being what a schema says: path, what was found, what it must be. */
export function problemsOf(schema: z.ZodType, value: unknown): string[] {
  const issues = schema.safeParse(value).error?.issues ?? [];
  return [
    ...new Set(
      issues.flatMap((issue) => {
        const {path, message, code} = issue;
        const at = pathText(path);
        if (code === "unrecognized_keys")
          return message.split("\n").map((line) => {
            if (line.startsWith("`")) return at ? `in \`${at}\` ${line}` : line;
            return `${at ? `\`${at}\`` : "it"} ${line}`;
          });
        if (isSentence(issue)) return at ? `\`${at}\` ${message}` : message;
        const found = valueAt(value, path);
        const subject = at ? `\`${at}\` ` : "it ";
        if (found === undefined) return `${subject}${message}, and is missing`;
        return `${subject}${message}, not ${shown(found, path)}`;
      })
    )
  ];
}

/** Throws UserError that names everything at once, below 1,000 characters. */
export function assertChecked(where: string, schema: z.ZodType, value: unknown): void {
  const problems = problemsOf(schema, value);
  if (problems.length > 0) throw new UserError(`${where}: ${asSentence(listed(problems))}`);
}

/** Ends with a full stop, unless it ends with a question. */
function asSentence(problems: string): string {
  return problems.endsWith("?") ? problems : `${problems}.`;
}

const ROOM = 700;

/** Problems as one sentence; what would be more than a screenful is counted. */
export function listed(problems: readonly string[], room = ROOM): string {
  const told: string[] = [];
  for (const problem of problems) {
    const rest = problems.length - told.length;
    if (told.length > 0 && told.join("; ").length + problem.length > room)
      return `${told.join("; ")}; and ${rest} more`;
    told.push(problem.length > room ? `${problem.slice(0, room)}…` : problem);
  }
  return told.join("; ");
}

/** A rule of our own about a value that has the right form. */
function isSentence(issue: object): boolean {
  return (issue as {params?: {sentence?: boolean}}).params?.sentence === true;
}

type ParseContext = z.core.ParsePayload;

function forward(
  context: ParseContext,
  issues: readonly z.core.$ZodIssue[],
  below: (string | number)[] = []
): void {
  for (const {path, ...issue} of issues)
    context.issues.push({
      ...issue,
      path: [...below, ...path],
      input: context.value
    } as unknown as z.core.$ZodRawIssue);
}

function unknownKey(key: string, known: readonly string[], told: Record<string, string>): string {
  if (Object.hasOwn(told, key)) return `\`${key}\` ${told[key]}`;
  const near = nearest(key, known);
  const name = printable(key.slice(0, 60));
  return `has no member ${name}: ${near ? `did you mean \`${near}\`?` : `there are ${known.join(", ")}`}`;
}

function didYouMean(found: string, values: readonly string[]): string {
  const near = nearest(found, values);
  return near === undefined ? "" : ` (did you mean ${JSON.stringify(near)}?)`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((at, part) => {
    if (typeof part === "number") return `${at}[${part}]`;
    const name = String(part);
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return at ? `${at}.${name}` : name;
    return `${at}[${printable(name.slice(0, 40))}]`;
  }, "");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) => (at === null || at === undefined ? undefined : (at as Record<PropertyKey, unknown>)[part]),
    value
  );
}

/** Members that may hold a secret are not repeated. */
const SECRET = /header|query|secret|token|password|key|url|connection|env/i;

function shown(found: unknown, path: readonly PropertyKey[]): string {
  if (Array.isArray(found)) return found.length === 0 ? "an empty list" : "a list";
  if (typeof found === "function") return "a function";
  if (typeof found === "string") {
    if (path.some((part) => SECRET.test(String(part)))) return "this text";
    return printable(found.length > 60 ? `${found.slice(0, 60)}…` : found);
  }
  if (typeof found === "object" && found !== null) return "an object";
  return typeof found === "bigint" ? `${found}n` : String(found);
}

/** JSON of a text, with everything that a terminal would act on as an escape. */
function printable(found: string): string {
  return JSON.stringify(found).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
}
