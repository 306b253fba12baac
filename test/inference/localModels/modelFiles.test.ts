import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {hashedFile} from "../../../src/inference/localModels/modelFiles.js";
import {sha256File} from "../../../src/base/system/index.js";
import {replacedUnseen, settled} from "../../support/replacedFile.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";

it("the hash of a large file is kept until the file is replaced, even in its size and time", async () => {
  const workspace = await temporaryWorkspace();
  const path = join(await temporaryProject(), "model.gguf");
  await writeFile(path, Buffer.alloc(2 << 20));
  await settled(path);
  const first = await hashedFile(path, workspace);
  expect(await hashedFile(path, workspace)).toEqual(first);
  await replacedUnseen(path);
  const second = await hashedFile(path, workspace);
  expect(second.sha256).not.toBe(first.sha256);
  expect(second).toEqual({path: "model.gguf", sha256: await sha256File(path), bytes: 2 << 20});
});
