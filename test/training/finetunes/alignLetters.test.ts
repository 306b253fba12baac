import {describe, expect, it} from "vitest";
import {alignLetters, type Aligned} from "../../../src/training/finetunes/alignLetters.js";

const align = (...texts: [text: string, answer: string][]) =>
  alignLetters(
    texts.map(([text, answer]) => ({
      letters: [...text],
      symbols: answer.split(" ").filter((symbol) => symbol !== "")
    }))
  );

/** "c:K a:AE t:T" for each text. */
function laid({graphones, sequences}: Aligned): string[] {
  const texts: string[][] = [[]];
  for (const number of sequences)
    if (number === 0) texts.push([]);
    else texts.at(-1)!.push(graphones[number - 1]!.join(":"));
  return texts.slice(0, -1).map((text) => text.join(" "));
}

describe("symbols laid to letters", () => {
  it("none, one or two to each, as the other texts have them", async () => {
    const aligned = await align(
      ["cat", "K AE T"],
      ["at", "AE T"],
      ["tack", "T AE K"],
      ["tax", "T AE K S"],
      ["knack", "N AE K"],
      ["tan", "T AE N"]
    );
    expect(laid(aligned)).toEqual([
      "c:K a:AE t:T",
      "a:AE t:T",
      "t:T a:AE c:K k:",
      "t:T a:AE x:K S",
      "k: n:N a:AE c:K k:",
      "t:T a:AE n:N"
    ]);
    expect(aligned.leftOut).toBe(0);
  });

  it("leave out texts with more than two symbols a letter, and keep those with none", async () => {
    const aligned = await align(["ab", "A B"], ["w", "D AH B"], ["b", ""], ["a", "A A"]);
    expect(laid(aligned)).toEqual(["a:A b:B", "b:", "a:A A"]);
    expect(aligned.leftOut).toBe(1);
  });

  it("number graphones in the order of their letters and symbols, whatever the texts' order", async () => {
    const texts: [string, string][] = [
      ["ba", "B A"],
      ["ab", "A B"],
      ["aa", "A"]
    ];
    const {graphones} = await align(...texts);
    expect(graphones).toEqual([
      ["a", ""],
      ["a", "A"],
      ["b", "B"]
    ]);
    expect((await align(...texts.reverse())).graphones).toEqual(graphones);
  });

  it("is nothing for no texts", async () => {
    expect(await align()).toEqual({graphones: [], sequences: new Uint32Array(0), leftOut: 0});
  });
});
