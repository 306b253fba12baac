// Checks the sentences of documents, pages and option help.
import {readFileSync} from "node:fs";
import {resolve} from "node:path";
import {filesOf} from "./files.js";
import {problemsOfHelp, problemsOfLength, problemsOfPage} from "./rules.js";

const DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/**/*.md"];
const TEMPLATES = ["templates/**/*.md"];
const PAGES = ["pages/**/*.md"];
const COMMANDS = ["src/cli/**/*.ts"];

/** Written by a program, so not counted. */
const GENERATED = ["docs/reference.md"];

const root = resolve(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(resolve(root, path), "utf8");
const paths = filesOf(root, [...DOCUMENTS, ...TEMPLATES, ...PAGES, ...COMMANDS]).filter(
  (path) => !GENERATED.includes(path)
);
const documents = filesOf(root, DOCUMENTS).filter((path) => !GENERATED.includes(path));

const problems = [
  ...paths.flatMap((path) => (path.endsWith(".md") ? problemsOfPage : problemsOfHelp)(path, read(path))),
  ...problemsOfLength(documents.map(read))
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(`${problems.length} problems of prose; words.json has the turns that are not used`);
  process.exitCode = 1;
}
