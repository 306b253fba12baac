import {
  Application,
  type Comment,
  type DeclarationReflection,
  type ProjectReflection,
  ReferenceReflection,
  ReflectionKind,
  type SignatureReflection
} from "typedoc";
import {format} from "prettier";
import {allExamples, type Examples} from "../../test/docs/examples.js";
import {KINDS as RECORD_KINDS} from "../../src/base/store/index.js";

const ENTRIES = [
  {name: "assay", file: "src/index.ts", about: "What data loaders, evals and scripts import."},
  {
    name: "assay/stats",
    file: "src/base/stats/index.ts",
    about: "The statistics by themselves; no Node APIs."
  },
  {
    name: "assay/site",
    file: "src/report/site/index.ts",
    about: "The site's configuration, and what page loaders ask the store."
  },
  {
    name: "assay/components",
    file: "src/report/components/index.ts",
    about: "What the report's pages are made of."
  }
];

const KINDS = [
  {title: "Functions", kind: ReflectionKind.Function},
  {title: "Values", kind: ReflectionKind.Variable},
  {title: "Classes", kind: ReflectionKind.Class},
  {title: "Types", kind: ReflectionKind.Interface | ReflectionKind.TypeAlias}
];

const INTRODUCTION = [
  "# Reference",
  "",
  "What the package exports, from its types. `npm run reference` writes this page. The tests run its examples. Numbers have four digits.",
  "",
  '`store` is an open store of a few hundred made-up mails with a handful of runs, and `folder` an empty folder. On pages, `data.NAME` is the value of `FileAttachment("data/NAME.json").json()`. `run`, `priced`, `judged` and `race` are runs and a race. An element is shown by its first words.',
  ""
];

/** The text of docs/reference.md, from the types of what the package exports. */
export async function referencePage(): Promise<string> {
  const examples = allExamples();
  const project = await exported();
  const sections = ENTRIES.flatMap(({name, file, about}) => {
    const wanted = file.replace(/^src\//, "").replace(/(?:\/index)?\.ts$/, "");
    const module = project.children?.find((child) => child.name === wanted);
    if (!module) throw new Error(`no such entry: ${file}`);
    return [`## ${name}`, "", about, "", ...kinds(module, examples[name])];
  });
  return format([...INTRODUCTION, ...sections, ...tables()].join("\n"), {parser: "markdown"});
}

function tables(): string[] {
  const rows = RECORD_KINDS.flatMap(({tables: named = {}}) => Object.entries(named));
  return [
    "## Tables of the store",
    "",
    "`assay sql`, `assay export` and an open store have these, beside a view for each dataset and version.",
    "",
    "| table | what it lists |",
    "| --- | --- |",
    ...rows.map(([name, about]) => `| \`${name}\` | ${about} |`)
  ];
}

async function exported(): Promise<ProjectReflection> {
  const app = await Application.bootstrap({
    entryPoints: ENTRIES.map(({file}) => file),
    tsconfig: "tsconfig.json",
    skipErrorChecking: true,
    excludePrivate: true,
    readme: "none",
    logLevel: "Error"
  });
  const project = await app.convert();
  if (!project) throw new Error("the types cannot be read");
  return project;
}

function kinds(module: DeclarationReflection, examples: Examples[string] = {}): string[] {
  const members = (module.children ?? []).map((child) =>
    child instanceof ReferenceReflection ? (child.getTargetReflectionDeep() as DeclarationReflection) : child
  );
  return KINDS.flatMap(({title, kind}) => {
    const found = members.filter((child) => child.kind & kind);
    const entries = found.flatMap((one) => entry(one, examples[one.name]));
    return found.length > 0 ? [`### ${title}`, "", ...entries] : [];
  });
}

function entry(one: DeclarationReflection, shown: Examples[string][string] = []): string[] {
  const signature = one.signatures?.[0];
  const text = summary(signature?.comment ?? one.comment);
  const head = signature ? call(one.name, signature) : one.name;
  return [
    `- \`${head.replaceAll("`", "'")}\`${text ? `: ${text}` : ""}`,
    ...members(one),
    ...shown.map(([expression, result]) => `  - Example: \`${expression}\` gives \`${result}\``),
    ""
  ];
}

function call(name: string, {parameters = [], type}: SignatureReflection): string {
  const listed = parameters.map(
    (one) =>
      `${one.name === "__namedParameters" ? "options" : one.name}${one.flags.isOptional || one.defaultValue ? "?" : ""}`
  );
  return `${name}(${listed.join(", ")}): ${short(String(type ?? "void"))}`;
}

/** Members of an interface, which a person fills in by hand. */
function members(one: DeclarationReflection): string[] {
  if (!(one.kind & ReflectionKind.Interface)) return [];
  return (one.children ?? []).map((child) => {
    const text = summary(child.comment ?? child.signatures?.[0]?.comment);
    const type = child.signatures ? "function" : short(String(child.type ?? ""));
    return `  - \`${child.name}${child.flags.isOptional ? "?" : ""}: ${type.replaceAll("`", "'")}\`${text ? `: ${text}` : ""}`;
  });
}

function short(type: string): string {
  const line = type.replace(/\s+/g, " ");
  return line.length > 90 ? `${line.slice(0, 89)}…` : line;
}

function summary(comment: Comment | undefined): string {
  return (comment?.summary ?? [])
    .map(({text}) => text)
    .join("")
    .replace(/\s+/g, " ")
    .trim();
}
