import {mkdirSync} from "node:fs";
import {join} from "node:path";
import {expect, it} from "vitest";
import {assay} from "../support/assay.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";
import {expectClear} from "./support.js";

it("options of language models are refused where a candidate is served, which reads none of them", async () => {
  const project = await temporaryProject();
  mkdirSync(join(project, "evals"));
  const {code, stderr} = await assay(project, "serve", "routing:one", "--threads", "2", "--context", "64");
  expectClear(stderr.trim(), "--threads, --context", "is about language models");
  expect(code).toBe(2);
});
