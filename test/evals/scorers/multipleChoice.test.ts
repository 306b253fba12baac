import {describe, expect, it} from "vitest";
import {multipleChoice} from "../../../src/evals/scorers/index.js";
import {chosenLetter} from "../../../src/evals/scorers/multipleChoice.js";
import {score} from "./score.js";

describe("chosenLetter", () => {
  const cases: [string, string | undefined][] = [
    ["B", "B"],
    [" (b) ", "B"],
    ["B.", "B"],
    ["**B**", "B"],
    ["B) Because it is so", "B"],
    ["B: Paris", "B"],
    ["**C.** Paris", "C"],
    ["The answer is (C), not (D).", "C"],
    ["Answer: D", "D"],
    ["answer: d", "D"],
    ["The correct answer is **B**.", "B"],
    ["First I thought the answer is A, but the answer is B.", "B"],
    ["so \\boxed{C}", "C"],
    ["so \\boxed{\\text{C}}", "C"],
    ["I choose (A) here", "A"],
    ["Either (A) or (B)", undefined],
    ["A man walked", undefined],
    ["The answer is a man", undefined],
    ["The answer is Berlin", undefined],
    ["The answer is E", undefined],
    ["E", undefined],
    ["A.B.C. is a channel", undefined],
    ["", undefined],
    ["I do not know", undefined],
    ["The answer is B. Option A is incorrect because it is too small.", "B"],
    ["Answer: B\n\nExplanation: option A describes mitosis, and answer C does not exist.", "B"],
    ["The answer is B. Choice (D) is wrong.", "B"],
    ["**B**. Option C is wrong.", "B"],
    ["B) Paris. Option A is wrong because Lyon is smaller", "B"],
    ["**Answer:** B", "B"],
    ["**Answer**: (B)", "B"],
    ["The correct answer is option B, although option C is close.", "B"],
    ["The correct option is: C", "C"],
    ["Option A is wrong. Option B is correct.", "B"],
    ["Option C is the best answer; option D is not.", "C"],
    ["I would say option D", "D"],
    ["Answer B", "B"],
    ["Option A is wrong, and so is option B", undefined],
    ["The answer is A or B.", undefined],
    ["Answer: A, B", undefined],
    ["Answer: A,B", undefined],
    ["Answer: A B", undefined],
    ["The answer is (A) and (C).", undefined],
    ["The answer is (A)(C)", undefined],
    ["The answers: see above. Answer: A/B/C/D", undefined],
    ["The answer is **A** or **B**, depending on the reading.", undefined],
    ["The answer is A (or B).", undefined],
    ["The answer is A, B, and C because all of them hold.", undefined],
    ["The answer is option A or option B", undefined],
    ["First the answer is C. No, the answer is A & D", undefined],
    ["Option A or option B is correct", undefined],
    ["Option A or B is correct", undefined],
    ["Options A and B are out, so option A and C are correct", undefined],
    ["I would say option A or B", undefined],
    ["(A) and (C)", undefined],
    ["A) or B)", undefined],
    ["**A** or **B**", undefined],
    ["A, B", undefined],
    ["I choose (A) or B", undefined],
    ["The answer is A. B is wrong because it is small", "A"],
    ["The answer is A, B is wrong", "A"],
    ["The answer is A and B is wrong", "A"],
    ["The answer is A, and B, C and D are wrong", "A"],
    ["The answer is A, not B.", "A"],
    ["The answer is A (not B or C).", "A"],
    ["The answer is A, A being the capital", "A"],
    ["The answer is A and it follows that B does not", "A"],
    ["Answer: A) Paris, the capital", "A"],
    ["Answer: A\nB is wrong", "A"],
    ["A, because it is so", "A"],
    ["A because option B is too small", "A"],
    ["Option A is wrong and option B is correct", "B"],
    ["The answer is A or B. On reflection, the answer is B.", "B"],
    ["<answer>B</answer>", "B"],
    ["Option A is small.\n<answer>\n(b)\n</answer>", "B"],
    ["<final_answer>**B**.</final_answer>", "B"],
    ["The right answer is $B$", "B"],
    ["The answer is: \\(\\text{B}\\).", "B"],
    ["The answer is $A + B$", undefined],
    ["The answer is $A = 5$", undefined],
    ["so $\\boxed{\\textbf{B}}$", "B"],
    ["so $\\boxed{\\mathrm{(B)}}$", "B"],
    ["so $\\boxed{\\textbf{(B)}\\ 36}$", "B"],
    ["so $\\boxed{\\textbf{(A) or (B)}}$", undefined],
    ["so $\\boxed{\\frac{A}{B}}$", undefined],
    ["The answer would be B", "B"],
    ["The answer should be **B**, since it is small.", "B"],
    ["The correct option must be: (b)", "B"],
    ["The answer would be A if it were small. It is not: (B)", "B"],
    ["The answer would be A or B", undefined],
    ["- B", "B"],
    ["* (b)", "B"],
    ["- A man", undefined],
    ["- A. small\n- B. large", undefined],
    ["B\n\nExplanation: London is the capital.", "B"],
    ["B\nLondon", "B"],
    ["**B**\r\n\r\nLondon", "B"],
    ["The capital is London, not Paris.\n\nB", "B"],
    ["A dog is none.\n- (B).\n", "B"],
    ["A. Paris\nB. London\n\nB", "B"],
    ["A\nB\nC\nD", undefined],
    ["B\nParis\nC", undefined],
    ["B\nor C", undefined],
    ["B\nLondon\nThe answer is C", "C"],
    ["Paris\nA\nLondon", undefined],
    ["B - London", "B"],
    ["**B** – London", "B"],
    ["A - B", undefined],
    ["A - Rome\nB - London\nSo the capital of the UK: London", undefined],
    ["A-frame houses", undefined],
    ["Reasoning...\nTherefore: B", "B"],
    ["**Therefore:** B", "B"],
    ["London, so B.", "B"],
    ["So A is wrong.", undefined],
    ["Therefore, A or B", undefined],
    ["Thus: A man", undefined],
    ["Choose B.", "B"],
    ["It is London. I'd choose (B), since it is", "B"],
    ["We select **D**", "D"],
    ["I choose A dog", undefined],
    ["I would not choose B.", undefined],
    ["Many choose B. I do not", undefined],
    ["Choose A or B.", undefined],
    ["Choose A, B and C.", undefined],
    ["I choose A if it rains", undefined],
    ["Ans: B", "B"]
  ];
  for (const [output, letter] of cases) {
    it(`reads ${JSON.stringify(output)} as ${letter ?? "no choice"}`, () => {
      expect(chosenLetter(output, 4)).toBe(letter);
    });
  }
  it("does not take the end of a word for a letter", () => {
    expect(chosenLetter("These are the answers", 26)).toBeUndefined();
  });
  it("reads an option's text before its first letter", () => {
    const texts = ["The cat", "A dog", "A dog house", "I"];
    expect(chosenLetter("The answer is A dog", 4, texts)).toBe("B");
    expect(chosenLetter("The answer is: A dog house.", 4, texts)).toBe("C");
    expect(chosenLetter("The answer is A because of it", 4, texts)).toBe("A");
    expect(chosenLetter("The answer is A doggy", 4, texts)).toBe("A");
    expect(chosenLetter("The answer is A. A dog is not.", 4, texts)).toBe("A");
  });
  it("reads an option that names letters itself", () => {
    const texts = ["one", "two", "A and B", "A or B"];
    expect(chosenLetter("The answer is A and B", 4, texts)).toBe("C");
    expect(chosenLetter("The answer is A or C", 4, texts)).toBeUndefined();
  });
  it("reads the text of one option, but not of two", () => {
    const texts = ["Paris", "London", "New York"];
    expect(chosenLetter("london.", 3, texts)).toBe("B");
    expect(chosenLetter("It must be New York, I think", 3, texts)).toBe("C");
    expect(chosenLetter("Paris or London", 3, texts)).toBeUndefined();
    expect(chosenLetter("The capital is London, not Paris.\n\nB", 3, texts)).toBe("B");
    expect(chosenLetter("A\nParis or London", 3, texts)).toBe("A");
    expect(chosenLetter("Between (A) and (B) I like New York", 3, texts)).toBeUndefined();
  });
});

describe("multipleChoice", () => {
  it("takes a letter or a position as the expected option", async () => {
    expect(await score(multipleChoice(), "Answer: B", "B")).toBe(1);
    expect(await score(multipleChoice(), "Answer: B", "(b)")).toBe(1);
    expect(await score(multipleChoice(), "Answer: B", 1)).toBe(1);
    expect(await score(multipleChoice(), "Answer: B", 0)).toBe(0);
    expect(await score(multipleChoice(), "", "B")).toBe(0);
  });
  it("takes an option's text when the row holds the options", async () => {
    const scorer = multipleChoice({choices: (row) => row.choices as string[]});
    const row = {id: "1", choices: ["red", "green", "blue", "white", "black"]};
    expect(await score(scorer, "E", "black", {row})).toBe(1);
    expect(await score(scorer, "It is green", "green", {row})).toBe(1);
    expect(await score(scorer, "It is green", "pink", {row})).toEqual({failed: expect.any(String)});
  });
  it("reads a number as a position, and its text as an option's where one reads so", async () => {
    const scorer = multipleChoice({choices: () => ["1", "2", "3", "4"]});
    expect(await score(scorer, "The answer is (B).", 1)).toBe(1);
    expect(await score(scorer, "The answer is (A).", "1")).toBe(1);
    expect(await score(scorer, "The answer is (A).", "0")).toBe(1);
  });
  it("fails an expectation outside the options", async () => {
    for (const expected of ["E", 4, -1, 0.5, undefined]) {
      expect(await score(multipleChoice(), "A", expected)).toEqual({failed: expect.any(String)});
    }
  });
});
