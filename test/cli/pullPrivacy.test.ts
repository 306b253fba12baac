import {existsSync} from "node:fs";
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, describe, expect, it, vi} from "vitest";
import {pullVerb} from "../../src/cli/pull.js";
import {openStore} from "../../src/store/index.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

afterEach(() => vi.unstubAllEnvs());

describe("assay pull of datasets with privacy rules", () => {
  it("checks the rules of all of them before it pulls one, and stores what they leave", async () => {
    const project = await temporaryProject();
    await mkdir(join(project, "data-loaders"));
    const loader = (name: string, action: string) =>
      writeFile(
        join(project, "data-loaders", `${name}.ts`),
        `export default {name: "${name}", source: {kind: "rows", rows: () => [{body: "from ada@example.org"}]}, privacy: {actions: {email: "${action}"}}};\n`
      );
    await loader("calls", "mask");
    await loader("mails", "pseudonym");
    await loader("notes", "hide");
    vi.stubEnv("ASSAY_PROJECT", project);
    vi.stubEnv("ASSAY_PSEUDONYM_KEY", "");
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
    await expect(pullVerb([], {})).rejects.toThrow(
      /mails: privacy: pseudonyms need a key[^]*\n[^]*notes: privacy: `actions.email` is none of/
    );
    expect(existsSync(join(project, ".assay", "datasets", "calls"))).toBe(false);

    vi.stubEnv("ASSAY_PSEUDONYM_KEY", "a key of more than sixteen bytes");
    await pullVerb(["calls", "mails"], {});
    const store = await openStore(project);
    expect(await store.rows("select body from calls union all select body from mails")).toEqual([
      {body: "from ***@*******.***"},
      {body: "from <EMAIL_ADDRESS:jqhsknesfhkjerfh>"}
    ]);
    store.close();
    vi.restoreAllMocks();
  });
});
