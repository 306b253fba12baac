const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Shorter numbers are no identity, card or phone number. */
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 40;

/**
 * The digits of a whole number as JSON writes it, whatever its type: those of `4.2e12`, `-4200000000000` and
 * `4200000000000.00` are the same. Undefined for fractions and for numbers of fewer than seven digits or more than 40.
 */
export function wholeDigits(number: string): string | undefined {
  const [, whole, fraction = "", exponent = "0"] = NUMBER.exec(number) ?? [];
  if (whole === undefined) return undefined;
  const point = whole.length + Number(exponent);
  if (point < FEWEST_DIGITS || point > MOST_DIGITS) return undefined;
  const written = (whole + fraction).padEnd(point, "0");
  if (/[1-9]/.test(written.slice(point))) return undefined;
  const digits = written.slice(0, point).replace(/^0+/, "");
  return digits.length < FEWEST_DIGITS ? undefined : digits;
}

/** A string, a key or a number of a JSON document. */
export interface JsonText {
  /** Where it stands: `$[0].content`. A key that may itself be personal is `*`. */
  path: string;
  /** Names of the members it stands in, as one would name a column. */
  name: string;
  /** Of a number its digits. */
  text: string;
  isNumber: boolean;
  /** Of a key: all keys of its object. */
  siblings?: ReadonlySet<string>;
  /** The place of the token in the document, quotes included; UTF-16 code units. */
  start: number;
  end: number;
}

const TOKEN = /[{}[\],:]|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const PLAIN_KEY = /^(?![^]*\d{4})[A-Za-z_][\w-]{0,31}$/;

interface Level {
  list: boolean;
  index: number;
  key: string;
  keys: Set<string>;
}

/**
 * The texts of a JSON object, list, string or number, in order: each is looked at by itself, so that nothing is found across
 * two of them and what is put in their place can be put there without breaking the document. Undefined when the text
 * is no such JSON.
 * @param anyValue also takes a lone string or number; otherwise only what begins with a bracket is tried
 * @param isPersonal whether a name of a member may be of a person, or a secret, though it looks like one that code gives
 */
export function jsonTexts(
  document: string,
  anyValue = false,
  isPersonal: (key: string) => boolean = () => false
): JsonText[] | undefined {
  if (!(anyValue ? /^\s*["[{\d-]/ : /^\s*[[{]/).test(document)) return undefined;
  try {
    JSON.parse(document);
  } catch {
    return undefined;
  }
  const texts: JsonText[] = [];
  const levels: Level[] = [];
  for (const {0: token, index: start} of document.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === "{" || token === "[")
      levels.push({list: token === "[", index: 0, key: "", keys: new Set()});
    else if (token === "}" || token === "]") levels.pop();
    else if (token === ",") level!.index++;
    else if (token !== ":") {
      const end = start + token.length;
      const quoted = token.startsWith('"');
      const text = quoted ? (JSON.parse(token) as string) : wholeDigits(token);
      if (text === undefined) continue;
      const isKey = quoted && level?.list === false && isFollowedByColon(document, end);
      if (isKey) {
        level.key = PLAIN_KEY.test(text) && !isPersonal(text) ? text : "*";
        level.keys.add(text);
      }
      if (isKey ? level.key === "*" : text !== "")
        texts.push({
          path: pathOf(levels),
          name: isKey ? "" : nameOf(levels),
          text,
          isNumber: !quoted,
          siblings: isKey ? level.keys : undefined,
          start,
          end
        });
    }
  }
  return texts;
}

function isFollowedByColon(document: string, at: number): boolean {
  while (/\s/.test(document.charAt(at))) at++;
  return document.charAt(at) === ":";
}

function pathOf(levels: readonly Level[]): string {
  return "$" + levels.map(({list, index, key}) => (list ? `[${index}]` : `.${key}`)).join("");
}

const nameOf = (levels: readonly Level[]) =>
  levels.flatMap(({list, key}) => (list || key === "*" ? [] : [key])).join(" ");
