import {describe, expect, it} from "vitest";
import {ter, type TerOptions} from "../../../src/evals/scorers/index.js";
import {terEdits} from "../../../src/evals/scorers/terEdits.js";
import {terWords} from "../../../src/evals/scorers/terWords.js";
import {corpusOf} from "./corpusOf.js";
import {score, scoreInput} from "./score.js";

const edits = (output: string, reference: string) => terEdits(output.split(" "), reference.split(" "));

describe("terEdits", () => {
  it("counts a shift of a run of words as one edit", () => {
    expect(edits("d e f g h a b c", "a b c d e f g h")).toBe(1);
    expect(edits("b a", "a b")).toBe(1);
    expect(edits("c a b x", "a b c x")).toBe(1);
    expect(edits("c b a", "a b c")).toBe(2);
  });
  it("counts insertions, deletions and substitutions", () => {
    expect(edits("a b c d", "a b c d")).toBe(0);
    expect(edits("a x c d", "a b c d")).toBe(1);
    expect(edits("a c d", "a b c d")).toBe(1);
    expect(edits("a b b c d", "a b c d")).toBe(1);
    expect(terEdits([], ["a", "b"])).toBe(2);
    expect(terEdits(["a", "b"], [])).toBe(2);
  });
  it.each([
    ["d f c d", "b d d f", 2, "d f to the end, c becomes b"],
    ["d c c b", "d b c c", 1, "b behind d"],
    ["d a c", "b a d", 2, "two words replaced: no move saves more than it costs"],
    ["b d e", "c e b", 2, "b to the end, d becomes c"],
    ["d a b", "b d d", 2, "b to the front, a becomes d"],
    ["b a a d", "a d a b", 2, "b to the end, d between the a's"],
    ["d a b a", "a a d b", 2, "the last a to the front, d behind the other"],
    // Two moves would do: b to the front, c to the end. The greedy search takes another first.
    ["d c b b", "b d b c", 3, "what the greedy search ends at"],
    ["b a a b d", "a b b a b", 3, "what the greedy search ends at"],
    ["f b e b e", "e e f b b", 3, "what the greedy search ends at"]
  ])("turns %j into %j by %d edits: %s", (output, reference, count) => {
    expect(edits(output, reference)).toBe(count);
  });
  it("gives up on shifts after a thousand tries and still counts edits", () => {
    const words = Array.from({length: 200}, (_, i) => (i % 2 === 0 ? "a" : "b"));
    expect(terEdits(words.toReversed(), words)).toBeLessThanOrEqual(200);
    expect(terEdits(words, words)).toBe(0);
  });
  // Tercom's limits, on words that occur once each, so that what it can find is plain.
  const block = (name: string, length: number) => Array.from({length}, (_, i) => `${name}${i}`);
  it("moves ten words at once and not eleven", () => {
    const moved = (length: number) =>
      terEdits([...block("b", 30), ...block("a", length)], [...block("a", length), ...block("b", 30)]);
    expect([moved(10), moved(11), moved(20), moved(21)]).toEqual([1, 2, 2, 3]);
  });
  it("moves a word by fifty places; farther away it is left out there and put in here", () => {
    const left = (by: number) => terEdits([...block("b", by), "x"], ["x", ...block("b", by)]);
    const right = (by: number) => terEdits(["x", ...block("b", by)], [...block("b", by), "x"]);
    expect([left(50), left(51), right(50), right(51)]).toEqual([1, 2, 1, 2]);
  });
  it("sees what stands up to 24 places further right, or 25 further left, and nothing beyond", () => {
    const right = (by: number) =>
      terEdits([...block("c", 60), ...block("j", by)], [...block("k", by), ...block("c", 60)]);
    const left = (by: number) =>
      terEdits([...block("j", by), ...block("c", 60)], [...block("c", 60), ...block("k", by)]);
    expect([right(24), left(25)]).toEqual([48, 50]);
    // Not one of the 60 words both have is found: every word is replaced.
    expect([right(25), left(26)]).toEqual([85, 86]);
  });
  it("aligns texts of very different length", () => {
    const long = Array.from({length: 300}, (_, i) => `w${i}`);
    expect(terEdits(["w299"], long)).toBe(299);
    expect(terEdits(long, ["w299"])).toBe(299);
  });
});

// Expected figures: sacreBLEU's own tests (test_ter.py), tolerance 1e-3.
describe("ter", () => {
  it("is 100 minus TER", async () => {
    expect(await score(ter(), "aaaa bbbb cccc dddd", "aaaa bbbb cccc dddd")).toBe(100);
    expect(await score(ter(), "dddd eeee ffff", "aaaa bbbb cccc")).toBe(0);
    expect(await score(ter(), "", "a")).toBe(0);
    expect(await score(ter(), "d e f g h a b c", "a b c d e f g h")).toBe(87.5);
    expect(await score(ter(), "x y z", "a")).toBe(-200);
    expect(await score(ter(), "", "")).toBe(100);
    expect(await score(ter(), "x", "")).toBe(0);
  });
  it("sums edits and lengths over a corpus: 13.6 on five German sentences of 2019", async () => {
    const pairs: [string, string][] = [
      [
        'wählen Sie " Bild neu berechnen , " um beim Ändern der Bildgröße Pixel hinzuzufügen oder zu entfernen , damit das Bild ungefähr dieselbe Größe aufweist wie die andere Größe .',
        'wählen Sie " Bild neu berechnen , " um beim Ändern der Bildgröße Pixel hinzuzufügen oder zu entfernen , damit die Darstellung des Bildes in einer anderen Größe beibehalten wird .'
      ],
      [
        'wenn Sie alle Aufgaben im aktuellen Dokument aktualisieren möchten , wählen Sie im Menü des Aufgabenbedienfelds die Option " Alle Aufgaben aktualisieren . "',
        'wenn Sie alle Aufgaben im aktuellen Dokument aktualisieren möchten , wählen Sie im Menü des Aufgabenbedienfelds die Option " Alle Aufgaben aktualisieren . "'
      ],
      [
        'klicken Sie auf der Registerkarte " Optionen " auf die Schaltfläche " Benutzerdefiniert " und geben Sie Werte für " Fehlerkorrektur-Level " und " Y / X-Verhältnis " ein .',
        'klicken Sie auf der Registerkarte " Optionen " auf die Schaltfläche " Benutzerdefiniert " und geben Sie für " Fehlerkorrektur-Level " und " Y / X-Verhältnis " niedrigere Werte ein .'
      ],
      [
        "Sie können beispielsweise ein Dokument erstellen , das ein Auto über die Bühne enthält .",
        "Sie können beispielsweise ein Dokument erstellen , das ein Auto enthalt , das sich über die Bühne bewegt ."
      ],
      [
        'wählen Sie im Dialogfeld " Neu aus Vorlage " eine Vorlage aus und klicken Sie auf " Neu . "',
        'wählen Sie im Dialogfeld " Neu aus Vorlage " eine Vorlage aus und klicken Sie auf " Neu . "'
      ]
    ];
    const rows: {value: number}[] = [];
    for (const [output, expected] of pairs)
      rows.push((await ter()(scoreInput(output, expected))) as {value: number});
    expect(Math.abs(corpusOf(ter(), rows)! - (100 - 13.6))).toBeLessThan(1e-3);
    expect(corpusOf(ter(), [])).toBeUndefined();
  });
  it("takes the nearest reference and the mean reference length", async () => {
    expect(await score(ter(), "a b", ["a b", "a b c d"])).toBe(100);
    expect(await score(ter(), "a x", ["a b", "a b c d"])).toBeCloseTo(100 - 100 / 3, 9);
  });
  it("splits punctuation off words, and Asian characters, on request", () => {
    const words = (text: string, options: TerOptions) => terWords(text, options).join(" ");
    expect(words("It's Bo's: 1,000.5 (x-y) &quot;a&quot;,b 3-4\n-z\nw.", {normalized: true})).toBe(
      "it 's bo 's : 1,000.5 ( x-y ) \" a \" , b 3 - 4z w ."
    );
    expect(words("東京、3月（朝）です。", {normalized: true, asianSupport: true})).toBe(
      "東 京 、 3 月 （ 朝 ） です 。"
    );
    expect(words("東京、3月。", {normalized: true})).toBe("東京、3月。");
    expect(words("東京、3月。a.b", {noPunctuation: true, asianSupport: true})).toBe("東京3月ab");
    expect(words("東京、a.b", {noPunctuation: true})).toBe("東京、ab");
    expect(words("A.b", {caseSensitive: true})).toBe("A.b");
  });
  it("counts a missing full stop as one edit of two words when it is split off, and else as one of one", async () => {
    expect(await score(ter(), "a", "a.")).toBe(0);
    expect(await score(ter({normalized: true}), "a", "a.")).toBe(50);
    expect(await score(ter({normalized: true, noPunctuation: true}), "a", "a.")).toBe(100);
  });
  it("ignores case by default and punctuation on request", async () => {
    expect(await score(ter(), "A", "a")).toBe(100);
    expect(await score(ter({caseSensitive: true}), "A", "a")).toBe(0);
    expect(await score(ter({noPunctuation: true}), "a!", "a")).toBe(100);
    expect(await score(ter(), "a!", "a")).toBe(0);
  });
});
