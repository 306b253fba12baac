import type {Finding, Recognizer} from "../finding.js";

const WORD = "\\p{Lu}[\\p{L}\\p{M}'\u2019-]{1,30}";
const PARTICLE = "(?:de|del|della|der|den|di|da|dos|du|la|le|van|von|zu|bin|al|el|nad|am|upon|sur) ";
const NAME = `(?:${WORD})(?: (?:${PARTICLE}){0,2}${WORD}){0,2}`;
const KIN =
  "son|daughter|kids?|child|wife|husband|mother|father|mom|mum|dad|brother|sister|uncle|aunt|cousin|nephew|niece|partner|girlfriend|boyfriend|friend|neighbou?r|colleague|boss|assistant|roommate";
const BELONGINGS = `${KIN}|address|phone|number|e-?mail|birthday|house|flat|desk|passport|account|salary`;

interface Cue {
  rule: string;
  score: number;
  /** The name is its group `name`. */
  shape: RegExp;
}

const person: readonly Cue[] = [
  {
    rule: "person-cue/title",
    score: 0.8,
    shape: cue(
      `(?<![\\p{L}\\p{N}])(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Herr|Frau|Madame|Monsieur|Se\u00f1ora?)\\.? (?<name>${NAME})`
    )
  },
  {
    rule: "person-cue/name-is",
    score: 0.7,
    shape: cue(
      `(?:^|[.!?:;,\\n(] ?|(?:[Mm]y|[Hh]is|[Hh]er|[Tt]heir|[Yy]our|[Ff]ull|[Ff]irst|[Ll]ast|[Mm]aiden|[Ff]amily|[Mm]iddle|[Cc]hild's|[Cc]ustomer) )[Nn]ame(?:'s| is| was|[:?])[ \\t]{1,2}(?<name>${NAME})`
    )
  },
  {
    rule: "person-cue/kin",
    score: 0.6,
    shape: cue(`(?<![\\p{L}])(?:[Mm]y|[Hh]is|[Hh]er|[Oo]ur|[Tt]heir|[Yy]our) (?:${KIN}),? (?<name>${NAME})`)
  },
  {
    rule: "person-cue/owner",
    score: 0.5,
    shape: cue(`(?<![\\p{L}\\p{N}'\u2019-])(?<name>${NAME})['\u2019]s (?:${BELONGINGS})(?![\\p{L}])`)
  },
  {
    rule: "person-cue/speaker",
    score: 0.5,
    shape: cue(
      `[!?,."'\u201d\u2019] (?:said|says|asked|replied|answered|added|wrote|shouted) (?<name>${NAME})`
    )
  },
  {
    rule: "person-cue/speaker",
    score: 0.5,
    shape: cue(
      `(?<![\\p{L}\\p{N}'\u2019-])(?<name>${NAME}) (?:shouted|whispered|replied|asked me|told me|told us|smiled|laughed|nodded)(?![\\p{L}])`
    )
  },
  {
    rule: "person-cue/greeting",
    score: 0.7,
    shape: cue(
      `(?:^|\\n)[ \\t]{0,8}(?:Dear|Hi|Hello|Hey|Good (?:morning|afternoon|evening)),? (?<name>${NAME})(?=[ \\t]{0,3}(?:[,!.:\\n\u2013-]|$))`
    )
  },
  {
    rule: "person-cue/signature",
    score: 0.7,
    shape: cue(
      `(?:[Rr]egards|[Ss]incerely|[Cc]heers|[Bb]est|[Ww]ishes|[Yy]ours|[Tt]hanks|[Ll]ove),?[ \\t]{0,3}\\r?\\n[\\s]{0,4}(?<name>${NAME})(?=[ \\t]{0,3}(?:[,.\\r\\n]|$))`
    )
  }
];

const place: readonly Cue[] = [
  {
    rule: "place-cue/verb",
    score: 0.55,
    shape: cue(
      `(?:[Ll]ives?|[Ll]ived|[Ll]iving|[Bb]orn|[Rr]aised|grew up|[Bb]ased|[Ll]ocated|[Ss]tay(?:ed|ing)|[Aa]rriv(?:ed|es|ing)|[Mm]oved|[Mm]oving|[Rr]elocated|[Rr]eturned|[Tt]ravell?(?:ed|ing)|flew|flying|commut(?:e|es|ing))(?: here| back| up| there)? (?:in|at|to|from|near) (?<name>${NAME})`
    )
  }
];

/** Capitalised words that stand in such places and name nobody. */
const NO_NAMES = new Set(
  "I A An The This That These Those He She It We You They Who What When Where Why How My Your His Her Our Their And But Or So If As At In On All Team Sir Madam Everyone Everybody Customer Customers Friend Friends Folks Guys There Colleagues Colleague Both Support Sales Service January February March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday Christmas Easter Not No Yes Please Thanks Regards Best God Members Member Reader Readers List".split(
    " "
  )
);

/** People where English says that a name stands: after a title, a greeting, "my name is", before what they own or say. */
export const personCue: Recognizer = {
  type: "PERSON",
  name: "person-cue",
  layer: "names",
  find: (text) => found(text, "PERSON", person)
};

/** Places where English says that one stands: "lives in", "moved to", "arrived at". */
export const placeCue: Recognizer = {
  type: "LOCATION",
  name: "place-cue",
  layer: "names",
  find: (text) => found(text, "LOCATION", place)
};

function found(text: string, type: string, cues: readonly Cue[]): Finding[] {
  const findings: Finding[] = [];
  for (const {rule, score, shape} of cues)
    for (const {indices} of text.matchAll(shape)) {
      const [from, to] = indices!.groups!.name!;
      const name = text.slice(from, to);
      const words = name.split(" ");
      while (words.length > 0 && NO_NAMES.has(words[0]!)) words.shift();
      while (words.length > 0 && NO_NAMES.has(words.at(-1)!)) words.pop();
      const rest = words.join(" ");
      const start = from + (rest === "" ? 0 : name.indexOf(rest));
      const end = start + rest.replace(/['\u2019]s?$/, "").length;
      if (end - start > 1 && /\p{Ll}/u.test(rest)) findings.push({type, start, end, score, rule});
    }
  return findings.sort((a, b) => a.start - b.start || b.end - a.end);
}

function cue(shape: string): RegExp {
  return new RegExp(shape, "dgu");
}
