import type nlp from "compromise";
import {onFirstUse} from "../../../base/system/index.js";
import type {Finding, Recognizer} from "../finding.js";
import type {ScanContext} from "../scanContext.js";
import {isWordAt} from "../wordBoundary.js";
import {sweep} from "./sweep.js";

/** Attributes of WAI-ARIA 1.2: "Aria" is a given name, too. */
const ARIA_ATTRIBUTE =
  /^aria-(?:activedescendant|atomic|autocomplete|braille(?:label|roledescription)|busy|checked|col(?:count|index|indextext|span)|controls|current|describedby|description|details|disabled|dropeffect|errormessage|expanded|flowto|grabbed|haspopup|hidden|invalid|keyshortcuts|label|labelledby|level|live|modal|multi(?:line|selectable)|orientation|owns|placeholder|posinset|pressed|readonly|relevant|required|roledescription|row(?:count|index|indextext|span)|selected|setsize|sort|value(?:max|min|now|text))\b/i;

type ParsedText = ReturnType<typeof nlp>;
type NamedPlace = {text: string; offset?: {start: number; length: number}};

/** The language library takes 40 MB and a third of a second. */
const library = onFirstUse<typeof nlp>("compromise");
let language: typeof nlp | undefined;
const parsed = new WeakMap<ScanContext, ParsedText>();
const HONORIFIC = /^(?:(?:mr|mrs|ms|miss|mx|dr|prof|sir|lord|lady|rev|hon|capt|sgt|lt|col|gen)\b\.?\s+)+/i;
const SURNAME =
  /^ (?!(?:And|But|The|Is|Was|Has|Please|Thanks|On|In|At|To|For|From|Inc|Ltd|Street|Road|Avenue)\b)\p{Lu}\p{Ll}[\p{L}\p{M}-]*/u;
const POSSESSIVE = /['\u2019]s?$/;

/** People's names by an English language library. */
export const personName: Recognizer = {
  type: "PERSON",
  name: "person-name",
  layer: "names",
  find: (text, context) =>
    findings(text, parse(text, context).people().json(OFFSETS) as NamedPlace[], "PERSON", 0.5, "person-name")
};

/** Names of places by an English language library. */
export const placeName: Recognizer = {
  type: "LOCATION",
  name: "place-name",
  layer: "names",
  find: (text, context) =>
    findings(text, parse(text, context).places().json(OFFSETS) as NamedPlace[], "LOCATION", 0.4, "place-name")
};

const DRIFT = 40;
const OFFSETS = {offset: true};

function parse(text: string, context: ScanContext): ParsedText {
  let document = parsed.get(context);
  language ??= library().extend({methods: {one: {bulkMatch: sweep}}}) as typeof nlp;
  if (!document) parsed.set(context, (document = language(text)));
  return document;
}

function findings(text: string, places: NamedPlace[], type: string, score: number, rule: string): Finding[] {
  const found: Finding[] = [];
  for (const place of places) {
    // The library's offsets drift where a text has runs of signs; its words do not.
    const near = Math.max(0, (place.offset?.start ?? 0) - DRIFT);
    // What stands in angle brackets behind a name, an address or what replaced it, is no part of it.
    const words = place.text
      .replace(/^[<>\s]+/, "")
      .split(/[\r\n<>]/)[0]!
      .trim();
    let start = text.startsWith(words, place.offset?.start) ? place.offset!.start : text.indexOf(words, near);
    if (start < 0 || words === "") continue;
    let end = start + words.length;
    if (ARIA_ATTRIBUTE.test(text.slice(start))) continue;
    start += HONORIFIC.exec(text.slice(start, end))?.[0].length ?? 0;
    while (start < end && !isWordAt(text, start)) start++;
    while (end > start && !isWordAt(text, end - 1)) end--;
    end -= POSSESSIVE.exec(text.slice(start, end))?.[0].length ?? 0;
    if (type === "PERSON") end += surnameAfter(text, start, end);
    if (end - start > 1) found.push({type, start, end, score, rule});
  }
  return found;
}

/** The library knows given names better than family names: another capitalised word right behind one belongs to it. */
function surnameAfter(text: string, start: number, end: number): number {
  if (!/^\p{Lu}[\p{L}\p{M}-]*\p{Ll}$/u.test(text.slice(start, end))) return 0;
  return SURNAME.exec(text.slice(end, end + 32))?.[0].length ?? 0;
}
