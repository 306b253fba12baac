import {mkdirSync, mkdtempSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {nameOf} from "../../../src/cli/evals/verdict/importResults.js";
import {projectFiles, readProject} from "../../../src/evals/importedResults/projects/index.js";
import {assertions, type Scorer} from "../../../src/evals/scorers/index.js";

const fixtures = join(import.meta.dirname, "../../fixtures");

describe("a promptfoo configuration", () => {
  const read = () => readProject([join(fixtures, "projects/promptfooconfig.yaml")], nameOf);

  it("gives rows, prompts, candidates and assertions, and names the rest line by line", async () => {
    const project = await read();
    expect(project.name).toBe("route-support-tickets");
    expect(project.rows.map(({question, kind}) => [question, kind])).toEqual([
      ["Where is my parcel?", "easy"],
      ["I was charged twice", "hard"],
      ["Charged again", "hard"],
      ["Say {{kind}}", "odd"],
      ["The app closes, at start", "hard"],
      ["Cancel my plan", "hard"]
    ]);
    expect(project.rows.map(({assert}) => JSON.parse(assert as string) as unknown)).toEqual([
      [
        {type: "not-contains", value: "sorry"},
        {type: "equals", value: "shipping"}
      ],
      [
        {type: "not-contains", value: "sorry"},
        {type: "icontains", value: "billing", metric: "queue"}
      ],
      [
        {type: "not-contains", value: "sorry"},
        {type: "icontains", value: "billing", metric: "queue"}
      ],
      [
        {type: "not-contains", value: "sorry"},
        {type: "regex", value: "^odd"},
        {type: "contains-any", value: ["odd", "even"]}
      ],
      [
        {type: "not-contains", value: "sorry"},
        {type: "equals", value: "technical"}
      ],
      [
        {type: "not-contains", value: "sorry"},
        {type: "contains-all", value: ["billing", "plan"]}
      ]
    ]);
    expect(project.prompts.map(({name}) => name)).toEqual(["prompt 1", "as a chat"]);
    expect(project.candidates.map(({name, model, reach}) => [name, model, reach?.baseUrl])).toEqual([
      ["openai:chat:gpt-4o-mini", "gpt-4o-mini", "https://api.openai.com/v1"],
      ["local llama", "llama3", "http://127.0.0.1:11434/v1"],
      ["openai:chat:gpt-4o", "gpt-4o", "http://127.0.0.1:9/v1"],
      ["bedrock:anthropic.claude", "bedrock:anthropic.claude", undefined]
    ]);
    expect(project.dropped).toEqual([
      "scenarios: has no counterpart",
      "prompts[2]: Nunjucks blocks and filters have no counterpart; write the prompt as a function",
      "prompts[3]: file://prompt.py is code, which is not taken over",
      "providers[1]: config num_ctx not taken over",
      "providers[3]: nothing here speaks to bedrock:anthropic.claude; add a candidate by hand",
      "tests.csv line 2: __metadata:x not taken over",
      "tests.csv line 3: __metadata:x not taken over",
      "tests[1].assert[1]: llm-rubric is judged by a model: add judgeRating or judgePairwise",
      "tests[1].assert[2]: javascript is code: write it as a scorer, a function of {output, expected, row}",
      "tests[1].assert[3]: latency is a gate: maxP95LatencyMs or maxCostUsdPerThousand",
      "tests[2].options: has no counterpart"
    ]);
  });

  it("takes lists at commas and schemas over as promptfoo reads them, and names formats", async () => {
    const folder = mkdtempSync(join(tmpdir(), "config-lists-"));
    writeFileSync(
      join(folder, "tests.csv"),
      'q,__expected\n1,"contains-any: ""a, b"", c"\n2,is-json\n3,"contains-any: ""a"\n4,"is-json: {""required"": [""b""]}"\n'
    );
    writeFileSync(
      join(folder, "c.yaml"),
      `prompts: ["{{q}}"]
providers: [openai:gpt-4o]
tests:
  - vars: {q: "1", towns: "Paris, Lyon"}
    assert:
      - {type: contains-any, value: "{{towns}}"}
      - {type: contains-json, value: {type: object, required: [b]}}
      - {type: is-json, value: {properties: {b: {format: date}}}}
  - tests.csv
`
    );
    const {rows, dropped} = await readProject([join(folder, "c.yaml")], nameOf);
    const asserts = rows.map(({assert}) => JSON.parse(assert as string) as unknown);
    expect(asserts).toEqual([
      [
        {type: "contains-any", value: "Paris, Lyon"},
        {type: "contains-json", value: {type: "object", required: ["b"]}},
        {type: "is-json", value: {properties: {b: {format: "date"}}}}
      ],
      [{type: "contains-any", value: ["a, b", "c"]}],
      [{type: "is-json"}],
      [{type: "contains-any", value: '"a'}],
      [{type: "is-json", value: '{"required": ["b"]}'}]
    ]);
    expect(dropped).toEqual([
      "tests[0].assert[2]: formats in the schema of is-json are not checked; state them as patterns"
    ]);
    const held = async (row: number, output: string) =>
      assertions()({output, row: rows[row]} as unknown as Parameters<Scorer>[0]);
    expect(await held(0, 'Lyon {"b": 1}')).toMatchObject({details: {failed: ["is-json"]}});
    expect(await held(0, '{"a": "Nice"}')).toMatchObject({
      details: {failed: ["contains-any", "contains-json"]}
    });
  });

  it("reads the files that variables and the default test name, and none outside its folder", async () => {
    const outside = mkdtempSync(join(tmpdir(), "config-files-"));
    const folder = join(outside, "config");
    mkdirSync(folder);
    writeFileSync(join(outside, "secret.txt"), "SECRET");
    symlinkSync(join(outside, "secret.txt"), join(folder, "link.txt"));
    writeFileSync(join(folder, "ctx.txt"), "THE CONTEXT\n");
    writeFileSync(join(folder, "list.yaml"), "a: [1, 2]\n");
    writeFileSync(join(folder, "vars.yaml"), "context: from a file\nkind: k\n");
    writeFileSync(
      join(folder, "default.yaml"),
      "vars: {tone: kind}\nassert: [{type: contains, value: x}]\nthreshold: 0.5\n"
    );
    writeFileSync(
      join(folder, "c.yaml"),
      `prompts: ["Use {{context}}", "file://../secret.txt"]
providers: [{id: "openai:gpt-4o", transform: output.trim(), prompts: [x]}]
defaultTest: file://default.yaml
tests:
  - vars: {context: "file://ctx.txt", more: ["file://list.yaml", plain]}
  - vars: file://vars.yaml
  - vars: {a: "file://../secret.txt", b: "file://link.txt", c: "file:///etc/passwd", d: "file://gone.txt", e: "file://x.js", f: 1}
    assert: [{type: assert-set, threshold: 0.5, assert: [{type: equals, value: y}]}]
`
    );
    const project = await readProject([join(folder, "c.yaml")], nameOf);
    const own = project.rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([key]) => !["id", "part", "assert"].includes(key)))
    );
    expect(own).toEqual([
      {tone: "kind", context: "THE CONTEXT", more: '{"a":[1,2]}'},
      {tone: "kind", context: "THE CONTEXT", more: "plain"},
      {tone: "kind", context: "from a file", kind: "k"},
      {tone: "kind", f: 1}
    ]);
    expect(JSON.parse(project.rows[0]!.assert as string)).toEqual([{type: "contains", value: "x"}]);
    expect(JSON.stringify(projectFiles(project))).not.toMatch(/SECRET|root:/);
    const there = "lies outside the configuration's folder; copy it there";
    expect([...project.dropped].sort()).toEqual(
      [
        `prompts[1]: file://../secret.txt ${there}`,
        "providers[0]: transform, prompts not taken over",
        "defaultTest.threshold: has no counterpart",
        `tests[2].vars.a: file://../secret.txt ${there}`,
        `tests[2].vars.b: file://link.txt ${there}`,
        "tests[2].vars.c: file:///etc/passwd is code, which is not taken over",
        "tests[2].vars.d: file://gone.txt is not there",
        "tests[2].vars.e: file://x.js is code, which is not taken over",
        "tests[2].assert[0]: the threshold of assert-set is not taken over; all its assertions must hold"
      ].sort()
    );
  });

  it("sends no server the key of another, and takes over no key that it holds", async () => {
    const folder = mkdtempSync(join(tmpdir(), "config-"));
    const config = (settings: object) => ({id: "openai:chat:m", config: settings});
    const own = "https://gw.example.com:8443/v1";
    const providers = [
      config({apiBaseUrl: own, apiKey: "sk-secret"}),
      config({apiBaseUrl: own, apiKey: "{{ env.GATEWAY_KEY }}"}),
      config({apiBaseUrl: own, apiKey: "sk-secret", apiKeyEnvar: "MINE"}),
      config({apiKey: "sk-secret"}),
      config({apiBaseUrl: "https://api.openai.com/v1/", apiKey: "sk-secret"}),
      config({apiBaseUrl: "{{env.BASE}}", apiKey: "sk-secret"}),
      {id: "ollama:chat:m", config: {apiKey: "sk-secret"}}
    ];
    const path = join(folder, "c.json");
    writeFileSync(path, JSON.stringify({prompts: ["{{a}}"], providers, tests: [{vars: {a: "x"}}]}));
    const project = await readProject([path], nameOf);
    const keys = ["API_KEY_GW_EXAMPLE_COM_8443", "GATEWAY_KEY", "MINE"].concat([
      "OPENAI_API_KEY",
      "OPENAI_API_KEY",
      "API_KEY_ENV_BASE"
    ]);
    expect(project.candidates.map(({reach}) => reach!.apiKeyEnv)).toEqual([...keys, undefined]);
    const held = (i: number, into = "") => `providers[${i}]: config apiKey not taken over${into}`;
    expect([...project.dropped].sort()).toEqual([
      ...[0, 2, 3, 4, 5].map((i) => held(i, `; put the key into ${keys[i]}`)),
      held(6)
    ]);
    expect(JSON.stringify(projectFiles(project))).not.toContain("sk-secret");
  });

  it("becomes files in which nothing of the configuration is code", async () => {
    const text = projectFiles(await read()).find(({path}) => path.endsWith(".eval.ts"))!.text;
    expect(text).toContain("You route \\`tickets\\` for \\${money}.");
    expect(text).toContain('content: `${row["question"] ?? ""}`');
    expect(text).toContain('apiKeyEnv: "MY_KEY"');
    expect(text).toContain('// "bedrock:anthropic.claude": nothing here speaks to it.');
  });

  const folder = mkdtempSync(join(tmpdir(), "config-"));
  const cases: [what: string, text: string, message: RegExp][] = [
    ["broken YAML", "prompts: [a\nproviders: b", /is not valid YAML/],
    ["YAML of something else", "a: 1", /no promptfoo configuration/],
    ["no tests", "prompts: [hi]\nproviders: [openai:gpt-4o]", /no row in it/],
    [
      "aliases that unfold without end",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi"
        .split("")
        .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${"abcdefghi"[i]}`).join(",")}]`)
        .join("\n")}\nprompts: [hi]\nproviders: [x]\ntests: *i`,
      /line 1: its aliases unfold to far more/
    ],
    [
      "variables that combine without end",
      `prompts: [hi]\nproviders: [x]\ntests: [{vars: {${"abcdefg"
        .split("")
        .map((c) => `${c}: [1,2,3,4,5,6,7,8]`)
        .join(", ")}}}]`,
      /more than 100000 tests/
    ]
  ];
  it.each(cases)("%s is refused", async (what, text, message) => {
    const path = join(folder, `${what.replaceAll(" ", "-")}.yaml`);
    writeFileSync(path, text);
    await expect(readProject([path], nameOf)).rejects.toThrow(message);
  });
});

describe("exports with outputs", () => {
  it("OpenAI Evals: data source items, the template, graders that compare texts, outputs to replay", async () => {
    const project = await readProject([join(fixtures, "results/openai-evals.json")], nameOf);
    expect(project).toMatchObject({name: "ticket-routing", tool: "openai-evals", scored: true});
    expect(project.rows[0]).toMatchObject({
      id: "item-0",
      question: "Where is my parcel?",
      assert: JSON.stringify([
        {type: "equals", value: "shipping", metric: "Match"},
        {type: "bleu", value: "shipping", metric: "Similar", threshold: 0.4}
      ])
    });
    expect(project.prompts[0]!.content).toEqual([
      {role: "system", content: "Answer with the queue's name."},
      {role: "user", content: "{{question}}"}
    ]);
    expect(project.candidates.map(({name, params}) => [name, params])).toEqual([
      ["gpt-alpha", {temperature: 0}],
      ["gpt-beta", {temperature: 0}]
    ]);
    expect(project.outputs).toHaveLength(7);
    expect(project.dropped).toEqual(["testing_criteria[1]: Tone is a score_model: add judgeRating for it"]);
  });

  it("Inspect and lm-eval: samples, outputs to replay, and what stands for their scorers", async () => {
    const inspect = await readProject(
      ["alpha", "beta"].map((name) => join(fixtures, `results/inspect-${name}.json`)),
      nameOf
    );
    expect(inspect).toMatchObject({name: "ticket_routing", tool: "inspect", repeats: 2});
    expect(inspect.scorers).toEqual([
      {name: "match", code: "includes({ignoreCase: true})", imports: ["includes"]}
    ]);
    expect(inspect.dropped.join("\n")).toMatch(/graded\/tone: has no counterpart/);
    const samples = "samples_tickets_2026-01-02T03-04-05.678901.jsonl";
    const harness = await readProject([join(fixtures, "results/lm-eval/org__alpha", samples)], nameOf);
    expect(harness.rows[0]).toMatchObject({
      id: "tickets/0",
      input: "Queue of: Where is my parcel?",
      target: "shipping"
    });
    expect(harness.scorers[0]!.code).toBe("exactMatch");
  });
});
