import {allRecognizers, scanText} from "../privacy/index.js";
import {isObject} from "../store/checked.js";

type Path = (string | number)[];

const SECRET = /key$|token$|secret|password|authorization$/i;
/** Of a tokenizer, which training tools are told. */
const SPECIAL_TOKEN = /(^|[_-])(bos|eos|eot|pad|unk|sep|cls|mask|image|audio|video)[_-]token$/i;
/** Of a variable or an option: where a secret is, not what it is. */
const PLACE = /(file|path|dir|name|id|env)$/i;
const PASSWORD = /passw(or)?d|secret/i;
/** Other keys name columns and the like, so that their values must be long, too. */
const SURELY_KEY = /(api|access|private|account|auth)[_-]?key$|token$|authorization$/i;
const ASSIGNED =
  /(?:^|[\s"'`;&(])(?:--?)?([A-Za-z][\w-]*)(?:\s*[=:]\s*|(?<=--?[\w-]+)\s+)(?:"([^"]*)"|'([^']*)'|([^\s"'`;&|)]+|`))/g;
const SCHEME = /\b(?:bearer|basic)\s+([^\s"'`]+)/gi;
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
 * (`NAME=value`, `--name value`), behind "Bearer", or by the shape that a service's keys have. What names a variable, such as `$HF_TOKEN`
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
    !(typeof value === "string" && isReference(value.replace(/^(?:bearer|basic)\s+/i, "")))
  );
}

function hasSecret(text: string): boolean {
  const isAssigned = [...text.matchAll(ASSIGNED)].some(([, name, double, single, bare]) =>
    isSecretText(name!, double ?? single ?? bare!)
  );
  if (isAssigned) return true;
  const isSent = [...text.matchAll(SCHEME)].some(([, value]) => !isReference(value!) && isRandom(value!, 8));
  return (
    isSent || scanText(text, {recognizers: SHAPES, withText: true}).some((one) => !/\$[\w{(]/.test(one.text!))
  );
}

function isSecretText(name: string, value: string): boolean {
  if (PLACE.test(name) || value.startsWith("-") || !isSecret(name, value)) return false;
  return PASSWORD.test(name) ? value.length >= 6 : isRandom(value, SURELY_KEY.test(name) ? 6 : 16);
}

/** A shell's variable or command, a template's name. */
function isReference(value: string): boolean {
  return /^(\$[\w{(]|`|\{\{|%\w+%$)/.test(value);
}

function isRandom(value: string, least: number): boolean {
  return value.length >= least && /\d/.test(value) && /[a-z]/i.test(value);
}
