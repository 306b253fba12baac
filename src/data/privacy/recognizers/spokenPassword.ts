import type {Finding, Recognizer} from "../finding.js";
import {isWordBefore} from "../wordBoundary.js";
import {isReference} from "./placeholder.js";

/** Looked for before anything else: few texts speak of passwords. */
const SPEAKS = /pass|pwd|\bpin\b|kennwort|contrase|senha|wachtwoord|parol|hasł/i;

const NAMES =
  "pass(?:[ -]?(?:word|code|phrase|wd|wort))?s?|pwd|pin(?:[ -]?(?:code|number))?|kennwort|mot de passe|contrase[ñn]a|senha|wachtwoord|parola|hasło";
const IS = "is|was|are|will be|to|be|ist|war|lautet|est|es|era|é|è";
const PHRASE = new RegExp(
  `(?:\\b(my|our|his|her|their|your|the|mein|meine|unser|mon|mi|minha|mijn)\\s+(?:[\\p{L}]{1,20}\\s+){0,2})?\\b(${NAMES})(?:\\s+(?:for|to|of|on|at|für|pour|para)(?:\\s+[\\p{L}\\p{N}.'’-]{1,30}){1,4}?)?\\s+(?:now\\s+)?(?:${IS})(?:\\s+(?:now|just|still))?\\s*:?\\s*(["'\`“‘«]?)([^\\s"'\`“”‘’«»,;<>()]{4,64})(["'\`”’»]?)`,
  "giu"
);
const PLACEHOLDER = /^(?:\*+|x+|\.+|-+|_+|<.*|https?:.*)$/i;

/** What is said of a password rather than being one. */
const SAID =
  /^(?:not|never|always|also|only|very|quite|really|being|been|what|that|this|these|those|your|their|with|from|case|wrong|incorrect|correct|right|invalid|valid|expired?|required|needed|missing|mandatory|optional|weak|strong|secure|safe|insecure|unsafe|compromised|hacked|stolen|leaked|exposed|locked|blocked|changed|reset|forgotten|lost|shared|stored|saved|kept|sent|hidden|masked|hashed|encrypted|rejected|refused|accepted|denied|declined|blank|empty|unknown|different|same|easy|hard|short|long|working|ignored|entered|typed|asked|used|given|written|protected|known|supposed|going|about|anything|something|nothing|falsch|richtig|ungültig|abgelaufen|nicht|vergessen|weg|incorrecto|incorrecta|incorrecte?|invalide|incorreta|errada|verkeerd|access|open|reach|change|reset|find|enter|have|make|send|give|protect|keep|prevent|unlock|set)$/iu;

/**
 * A password that a sentence tells: "my password is hunter2", "the PIN for the door was 4821", "Passwort ist …". Surer
 * when it has a digit or a sign or stands in quotes than when it is a word.
 */
export const spokenPassword: Recognizer = {
  type: "PASSWORD",
  name: "spoken-password",
  layer: "secrets",
  find(text) {
    if (!SPEAKS.test(text)) return [];
    const findings: Finding[] = [];
    for (const match of text.matchAll(PHRASE)) {
      const [whole, owner, name, open, raw, close] = match as unknown as [string, ...(string | undefined)[]];
      const value = raw!.replace(/[.!?:]+$/, "");
      const start = match.index + whole.length - close!.length - raw!.length;
      const score = scoreOf({
        value,
        name: name!,
        owned: owner !== undefined,
        quoted: open !== "" && close !== ""
      });
      if (score === undefined || isWordBefore(text, match.index)) continue;
      findings.push({type: "PASSWORD", start, end: start + value.length, score, rule: "spoken-password"});
    }
    return findings;
  }
};

interface Spoken {
  value: string;
  name: string;
  /** "My", "the" and such stand before it. */
  owned: boolean;
  quoted: boolean;
}

function scoreOf({value, name, owned, quoted}: Spoken): number | undefined {
  if (value.length < 4 || PLACEHOLDER.test(value) || isReference(value) || SAID.test(value)) return undefined;
  if (/^\p{N}+$/u.test(value)) return /^pin|code/i.test(name) || value.length >= 6 || owned ? 0.6 : undefined;
  if (/^pin/i.test(name)) return undefined;
  if (quoted) return 0.7;
  if (value.length >= 6 && /[\p{N}!@#$%^&*+=/_~]/u.test(value)) return 0.6;
  // A word alone may be anything; one of mixed case rarely is prose.
  if (value.length >= 6 && /\p{Ll}\p{Lu}/u.test(value)) return 0.5;
  return owned && value.length >= 6 ? 0.35 : undefined;
}
