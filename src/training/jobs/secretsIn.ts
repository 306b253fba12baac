import {allRecognizers, scanText} from "../../data/privacy/index.js";
import {isObject} from "../../base/validation/isObject.js";
import {isHanded, isVariableReference, isStandIn} from "./secretHanded.js";

type Path = (string | number)[];

const SECRET = /key$|token$|secret|password|authorization$/i;
/** Of a tokenizer or a template, which training tools are told, and how many there may be. */
const SPECIAL_TOKEN =
  /(^|[_-])(bos|eos|eot|pad|unk|sep|cls|mask|image|audio|video|start|stop|begin|end|user|assistant|system|tool|response|instruction|prompt|think|special|min|max|num|new)[_-]?token$/i;
/** Of a variable or an option: where a secret is, not what it is. */
const PLACE = /(file|path|dir|name|id|env)$/i;
const PASSWORD = /passw(or)?d|secret/i;
/** Other keys name columns and the like, so that their values must be long, too. */
const SURELY_KEY = /(api|access|private|account|auth)[_-]?key$|token$|authorization$/i;
const ASSIGNED =
  /(?<=^|[\s"'`;&(|\\])(?:--?)?([A-Za-z][\w-]*)(?:[^\S\n]*[=:][^\S\n]*|(?<=--?[\w-]+)[^\S\n]+)(?:"([^"]*)"|'([^']*)'|([^\s"'`;&|)]+|`))/g;
/** A program's expression that asks for a value, as far as its first quote: `os.environ[`, `getenv(`. */
const LOOKUP = /^[a-z_]\w*(?:(?:\.\w+)*(?:[([]|\[\w+\])|(?:\.\w+)+\([\w.,]*)$/i;
/** `tokenizer.eos_token`; it may be a password, too. */
const MEMBER = /^[a-z_]\w*(?:\.[a-z_]\w*)+$/i;
const SCHEME = /\b(authorization\W{0,3})?(?:bearer|basic)\s+([^\s"'`\\]+)/gi;
/** Recognisers of what is a secret by its shape, wherever it stands. */
const SHAPES = allRecognizers.filter(({name}) =>
  [
    "api-key",
    "json-web-token",
    "private-key",
    "url-with-credentials",
    "secret-url",
    "basic-authorization",
    "curl-user"
  ].includes(name)
);

/**
 * Where settings hold what looks like a secret, at any depth: by the member's name, by a name that a text gives a value
 * (`NAME=value`, `--name value`), behind "Bearer", where a command such as `wandb login` takes one, or by the shape that a service's
 * keys have. What names a variable, such as `$HF_TOKEN`
 * or `${HF_TOKEN}`, is none.
 */
export function secretsIn(settings: unknown, path: Path = []): Path[] {
  if (typeof settings === "string") return hasSecret(settings) ? [path] : [];
  if (Array.isArray(settings)) return settings.flatMap((one, i) => secretsIn(one, [...path, i]));
  if (!isObject(settings)) return [];
  const {name: variable, value: given} = settings;
  if (typeof variable === "string" && isSecret(variable, given)) return [[...path, "value"]];
  return Object.entries(settings).flatMap(([name, value]) => {
    const here = [...path, name];
    return isSecret(name, value) ? [here] : secretsIn(value, here);
  });
}

/** A switch such as `use_auth_token: true` holds none. */
function isSecret(name: string, value: unknown): boolean {
  return (
    SECRET.test(name) &&
    !SPECIAL_TOKEN.test(name) &&
    value !== undefined &&
    value !== null &&
    typeof value !== "boolean" &&
    !(typeof value === "string" && isVariableReference(value.replace(/^(?:bearer|basic)\s+/i, "")))
  );
}

function hasSecret(lines: string): boolean {
  const text = lines.replaceAll(/\\\r?\n/g, " ");
  const isAssigned = [...text.matchAll(ASSIGNED)].some(([, name, double, single, bare]) => {
    const value = double ?? single ?? bare!;
    // An option's value may be a header, or a variable with its value.
    return (isSecretText(name!, value) && !LOOKUP.test(bare ?? "")) || hasSecret(value);
  });
  if (isAssigned) return true;
  const isSent = [...text.matchAll(SCHEME)].some(
    ([, header, value]) =>
      !isVariableReference(value!) && (header ? isWord(value!, 8) : looksRandom(value!, 8))
  );
  return (
    isSent ||
    isHanded(text) ||
    scanText(text, {recognizers: SHAPES, withText: true}).some((one) => !/\$[\w{(]/.test(one.text!))
  );
}

function isSecretText(name: string, value: string): boolean {
  if (PLACE.test(name) || value.startsWith("-") || !isSecret(name, value)) return false;
  if (PASSWORD.test(name)) return value.length >= 6;
  return SURELY_KEY.test(name) ? looksRandom(value, 6) || isWord(value, 6) : looksRandom(value, 16);
}

/** What may be a secret without a digit: no stand-in for one, no path to one. */
function isWord(value: string, least: number): boolean {
  return (
    value.length >= least &&
    /[a-z]/i.test(value) &&
    !isStandIn(value) &&
    !MEMBER.test(value) &&
    !/^(?:~|\.{1,2})?\//.test(value) &&
    !/^(?:bearer|basic|digest|negotiate)$/i.test(value)
  );
}

function looksRandom(value: string, least: number): boolean {
  return value.length >= least && /\d/.test(value) && /[a-z]/i.test(value);
}
