import {existsSync} from "node:fs";
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, describe, expect, it, vi} from "vitest";
import {pullVerb} from "../../src/cli/data/pull.js";
import {openStore} from "../../src/base/store/index.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

afterEach(() => vi.unstubAllEnvs());

describe("assay pull of datasets with privacy rules", () => {
  it("says whose rules are wrong, pulls the others, and stores what the rules leave", async () => {
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
    const errors = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    await pullVerb([], {});
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    const said = errors.mock.calls.map(([text]) => String(text)).join("");
    expect(said).toMatch(/data-loaders\/notes\.ts: [^\n]*`privacy\.actions\.email` must be one of/);
    expect(said).toMatch(/mails: privacy: pseudonyms need a key/);
    const pulled = (name: string) => existsSync(join(project, ".assay", "datasets", name, "latest.json"));
    expect(["calls", "mails", "notes"].map(pulled)).toEqual([true, false, false]);

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
