import {createRequire} from "node:module";
import type nlp from "compromise";
import {describe, expect, it} from "vitest";
import {sweep, type SweepMethods} from "../../../src/data/privacy/recognizers/sweep.js";
import fc from "../../support/property.js";

type Sweep = typeof sweep;
interface Language {
  (text: string): ReturnType<typeof nlp>;
  world(): {methods: SweepMethods & {one: {bulkMatch: Sweep}}};
  buildNet(rules: object[]): Parameters<Sweep>[1];
}

const require = createRequire(import.meta.url);
// Not the one that the recognisers have changed.
delete require.cache[require.resolve("compromise")];
const language = require("compromise") as Language;
const {methods} = language.world();
const libraryOwn = methods.one.bulkMatch;

/** How many sweeps a text needed; each is made both ways and must find the same. */
function compared(text: string): number {
  let sweeps = 0;
  methods.one.bulkMatch = (document, net, methods, options) => {
    const expected = libraryOwn(document, net, methods, options);
    expect(sweep(document, net, methods, options)).toEqual(expected);
    sweeps++;
    return expected;
  };
  try {
    const document = language(text);
    document.people().json();
    document.places().json();
  } finally {
    methods.one.bulkMatch = libraryOwn;
  }
  return sweeps;
}

const WORDS =
  "Dr. Ruth Okafor met the mayor of New York City, who'd been 2 years late; could she have lent him $5 or £30? On May 3rd John's sister-in-law will walk slowly to Lake Ontario because nobody wanted her old car and/or a 1.5 litre engine. Let's go! It is what it is: not yet, Mr. President. <EMAIL> __ 192.168.0.1 http://example.org constructor toString".split(
    " "
  );

describe("a sweep", () => {
  it("finds what the library's own finds, in the same order", () => {
    expect(libraryOwn).not.toBe(sweep);
    expect(compared(WORDS.join(" "))).toBeGreaterThan(1);
    compared("");
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS), {minLength: 1, maxLength: 60}), (words) => {
        compared(words.join(" "));
      }),
      {numRuns: 60}
    );
  });

  it("tries of rules with the same words the first, though its other conditions fail", () => {
    const net = language.buildNet([
      {match: "(walk|run) #Adverb", tag: "First", ifNo: ["slowly"]},
      {match: "(walk|run) #Adverb", tag: "Second"},
      {match: "#Adverb", tag: "Third"},
      {match: ".", tag: "Always"},
      {match: "walk . . .", tag: "Long"}
    ]);
    const {document} = language("They walk slowly. We run fast and walk slowly home. Go.") as unknown as {
      document: unknown[][];
    };
    for (const options of [{}, {matchOne: true}]) {
      const found = sweep(document, net, methods, options);
      expect(found).toEqual(libraryOwn(document, net, methods, options));
      expect(found.length).toBeGreaterThan(0);
      expect(found.map((one) => (one as unknown as {tag: string}).tag)).not.toContain("Second");
    }
  });
});
