// Types, then lint: both read one program of TypeScript, which costs most of their time. What was in order is left out the next time,
// until its text, or the types of what it imports, change: that is what TypeScript's build information says, one for each set of rules.
import {createHash} from "node:crypto";
import {readFileSync, rmSync} from "node:fs";
import {relative} from "node:path";
import {ESLint} from "eslint";
import ts from "typescript";

const rules = createHash("sha256");
for (const file of ["eslint.config.js", "package-lock.json"]) rules.update(readFileSync(file));
const tsBuildInfoFile = `node_modules/.cache/check-${rules.digest("hex").slice(0, 12)}.tsbuildinfo`;

const host = {...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => report([problem])};
const parsed = ts.getParsedCommandLineOfConfigFile(
  "tsconfig.json",
  {incremental: true, tsBuildInfoFile},
  host
);
const builder = ts.createIncrementalProgram({
  rootNames: parsed.fileNames,
  options: parsed.options,
  configFileParsingDiagnostics: ts.getConfigFileParsingDiagnostics(parsed),
  createProgram: ts.createSemanticDiagnosticsBuilderProgram
});
const program = builder.getProgram();
const own = new Set(parsed.fileNames);

/** Files to lint: those of which TypeScript says that something changed. */
const changed = new Set();
for (let next; (next = builder.getSemanticDiagnosticsOfNextAffectedFile());)
  for (const {fileName} of "fileName" in next.affected ? [next.affected] : program.getSourceFiles())
    if (own.has(fileName)) changed.add(relative(".", fileName));

const problems = [
  ...builder.getConfigFileParsingDiagnostics(),
  ...builder.getOptionsDiagnostics(),
  ...builder.getGlobalDiagnostics(),
  ...builder.getSyntacticDiagnostics(),
  ...builder.getSemanticDiagnostics()
];
report(problems);

const eslint = new ESLint({
  warnIgnored: false,
  overrideConfig: {
    files: ["**/*.ts"],
    languageOptions: {parserOptions: {projectService: false, programs: [program]}}
  }
});
const results = await eslint.lintFiles(["**/*.js", ...changed]);
const printed = (await eslint.loadFormatter("stylish")).format(results);
if (printed) console.log(printed);

const isFine = problems.length === 0 && printed === "";
if (isFine) builder.emit();
else rmSync(tsBuildInfoFile, {force: true});
console.log(`types and lint: ${changed.size} of ${parsed.fileNames.length} files of TypeScript read`);
process.exitCode = isFine ? 0 : 1;

function report(diagnostics) {
  if (diagnostics.length > 0)
    console.log(
      ts.formatDiagnostics(diagnostics, {
        getCurrentDirectory: () => process.cwd(),
        getCanonicalFileName: (name) => name,
        getNewLine: () => "\n"
      })
    );
}
