import {describe, expect, it} from "vitest";
import {placesOf, variantsOf} from "../../../../src/evals/runner/plan/prompts.js";

describe("prompts", () => {
  it("fill places with cells, and leave an empty cell empty", () => {
    const [variant] = variantsOf("{{ subject }}: {{text}} {{n}} {{list}}", [], () => "");
    const row = {id: "1", subject: null, text: "a {{text}}", n: 1.5, list: ["x"]};
    expect(variant!.render(row)).toEqual({messages: [{role: "user", content: ': a {{text}} 1.5 ["x"]'}]});
    expect(placesOf("{{ subject }} {{text}}")).toEqual(["subject", "text"]);
  });

  it("send no message of a role that no provider knows", () => {
    for (const role of ["sysstem", "", undefined, null, "constructor"]) {
      const [variant] = variantsOf({one: () => [{role, content: "x"}] as never}, [], () => "");
      expect(variant!.render({id: "1"}).failed).toMatch(
        /a message of the role .*: there are system, developer/
      );
    }
    const [listed] = variantsOf({one: () => [null] as never}, [], () => "");
    expect(listed!.render({id: "1"}).failed).toMatch(/of the role null/);
  });

  it("say so when a function gives neither text nor messages", () => {
    const [variant] = variantsOf({none: () => []}, [], () => "");
    expect(variant!.render({id: "1"}).failed).toMatch(/neither text nor a list of messages/);
  });

  it("say why a function threw without the row's texts, however deep they lie", () => {
    const row = {id: "1", text: "Dear Ms Weber", thread: {turns: [{said: "my address is 4 Elm Street"}]}};
    const fail = () => {
      throw new Error(`cannot read ${row.text} and ${row.thread.turns[0]!.said}`);
    };
    const [variant] = variantsOf(fail, [], () => "");
    expect(variant!.render(row).failed).toBe("The prompt function threw: cannot read … and …");
  });

  describe("with few-shot examples", () => {
    const shots = [
      {id: "s1", text: "one {{text}}", label: "a"},
      {id: "s2", text: "two", label: "b"}
    ];
    const row = {id: "r", text: "three", label: "c"};
    const rendered = (prompt: Parameters<typeof variantsOf>[0]) =>
      variantsOf(prompt, shots, (one) => one["label"]).map((variant) => variant.render(row).messages);

    it("turn them into earlier turns of a template that names no place", () => {
      expect(rendered("Q {{text}}")[0]!.map(({role, content}) => [role, content])).toEqual([
        ["user", "Q one {{text}}"],
        ["assistant", "a"],
        ["user", "Q two"],
        ["assistant", "b"],
        ["user", "Q three"]
      ]);
    });

    it("write them where a template says, and nowhere else", () => {
      const placed = "Sort.\n{{#examples}}\n{{text}} is {{expected}}{{/examples}}\n\n{{text}} is";
      expect(rendered({placed, bare: "{{text}}?"})).toEqual([
        [{role: "user", content: "Sort.\n\none {{text}} is a\ntwo is b\n\nthree is"}],
        [{role: "user", content: "three?"}]
      ]);
      expect(placesOf(placed)).toEqual(["text", "text"]);
    });

    it("give them to a function as an argument only", () => {
      expect(
        rendered({none: (one) => `${one["text"]}`, some: (_one, {fewShot}) => `${fewShot.length}`})
      ).toEqual([[{role: "user", content: "three"}], [{role: "user", content: "2"}]]);
    });
  });
});
