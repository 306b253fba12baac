import {expect, it} from "vitest";
import {withoutEnvironmentSecrets} from "../../../src/base/validation/index.js";

it("hides the values of variables whose names say that they are secrets, as they are and as JSON writes them", () => {
  const env = {HF_TOKEN: "hf_abcdefgh", DB_PASSWORD: 'pa"ss\\word', SHORT_KEY: "abc", HOME: "/home/someone"};
  expect(withoutEnvironmentSecrets("hf_abcdefgh abc /home/someone", env)).toBe("*** abc /home/someone");
  expect(withoutEnvironmentSecrets(env.DB_PASSWORD, env)).toBe("***");
  expect(withoutEnvironmentSecrets(JSON.stringify({said: env.DB_PASSWORD}), env)).toBe('{"said":"***"}');
});
