import {describe, expect, it} from "vitest";
import {placesOf, variantsOf} from "../../../src/runner/plan/prompts.js";

describe("prompts", () => {
  it("fill places with cells, and leave an empty cell empty", () => {
    const [variant] = variantsOf("{{ subject }}: {{text}} {{n}} {{list}}", [], () => "");
    const row = {id: "1", subject: null, text: "a {{text}}", n: 1.5, list: ["x"]};
    expect(variant!.render(row)).toEqual({messages: [{role: "user", content: ': a {{text}} 1.5 ["x"]'}]});
    expect(placesOf("{{ subject }} {{text}}")).toEqual(["subject", "text"]);
  });

  it("say so when a function gives neither text nor messages", () => {
    const [variant] = variantsOf({none: () => []}, [], () => "");
    expect(variant!.render({id: "1"}).failed).toMatch(/neither text nor a list of messages/);
  });
});
