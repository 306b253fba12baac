import {expect, it} from "vitest";
import {withParams} from "../../../src/inference/endpoints/index.js";

it.each([
  [{max_tokens: 64}, {max_completion_tokens: 20}, {max_tokens: 20}],
  [{max_completion_tokens: 64}, {max_tokens: 20}, {max_completion_tokens: 20}],
  [{max_tokens: 64}, {max_tokens: 20}, {max_tokens: 20}],
  [{max_tokens: 64}, {}, {max_tokens: 64}],
  [undefined, {max_completion_tokens: 20}, {max_completion_tokens: 20}],
  [{temperature: 0}, {temperature: 1, max_completion_tokens: 20}, {temperature: 1, max_completion_tokens: 20}]
])("a bound goes by the model's own name for it: %j and %j are %j", (own, asked, sent) => {
  expect(withParams(own, asked)).toEqual(sent);
});
