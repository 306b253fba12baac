import {existsSync} from "node:fs";
import {access, constants, readdir, readFile, writeFile} from "node:fs/promises";
import {dirname, join, relative, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {anyObject, anyText, byName} from "../../base/validation/checked.js";
import {fileForm} from "../../base/validation/fileForm.js";
import {UserError} from "../../base/validation/index.js";
import {makeFolder, readJson, writeJsonAtomic} from "../../base/system/index.js";
import {assertLoads} from "../project/importDefinition.js";
import {mergedIgnore} from "./mergedIgnore.js";
import {notModule} from "./notModule.js";
import {obtained, vendored} from "./obtained.js";
import {print, printAsIs} from "../terminal/terminal.js";

const packageRoot = fileURLToPath(new URL("../../../", import.meta.url));

const SCRIPTS = {
  start: "assay rebuild",
  rebuild: "assay rebuild",
  dev: "assay dev",
  build: "assay build",
  run: "assay run",
  check: "assay check",
  types: "tsc"
};

/** Checks the types of definitions. The package's own version is known to read its types. */
const TYPESCRIPT = "typescript";

interface InitOptions {
  from?: string[];
  sensitivity?: "public" | "internal" | "personal";
}

/**
 * Writes a project that runs as it is, or that stands for another tool's files. What exists already is left alone and
 * named; a .gitignore gets the lines that it lacks.
 */
export async function initVerb(dir = ".", {from, sensitivity}: InitOptions = {}): Promise<void> {
  const target = resolve(dir);
  assertLoads(target);
  const foreign = from && (await (await import("./initFrom.js")).foreignFiles(from, sensitivity));
  await assertWritable(target);
  const template = await templateFiles();
  const files = [
    ...(foreign ? [...withoutExample(template, foreign.firstSteps), ...foreign.files] : template),
    ...(await reportFiles())
  ];
  const {changed, foreignScripts} = await addScripts(target);
  const kept: string[] = [];
  const ignored: string[] = [];
  for (const {path, text} of files) {
    const file = join(target, path);
    if (!existsSync(file)) {
      await makeFolder(dirname(file));
      await writeFile(file, withCommands(text, foreignScripts));
      continue;
    }
    kept.push(path);
    if (path === ".gitignore") ignored.push(...(await addIgnored(file, String(text))));
  }
  const asTheyWere = kept.filter((path) => path !== ".gitignore" || ignored.length === 0);
  for (const text of foreign?.said ?? []) print(text);
  print(
    `A project in ${target}: ${files.length - kept.length} files written${asTheyWere.length > 0 ? `, kept as they were: ${asTheyWere.join(", ")}` : ""}.`
  );
  if (ignored.length > 0) print(`Added to .gitignore: ${ignored.join(", ")}.`);
  const enter = target === process.cwd() ? "" : `cd ${relative(process.cwd(), target)} && `;
  const isInstalled = ["assay", TYPESCRIPT].every((name) => existsSync(join(target, "node_modules", name)));
  const install = changed || !isInstalled ? "npm install && " : "";
  printAsIs(`Next: ${enter}${install}${withCommands("npm start", foreignScripts)}`);
}

/** Adds the lines of ours that a .gitignore lacks, and gives them. */
async function addIgnored(file: string, ours: string): Promise<string[]> {
  const {text, added} = mergedIgnore(await readFile(file, "utf8"), ours);
  if (added.length > 0) await writeFile(file, text);
  return added;
}

/** A text whose `npm run dev` is Assay's own command where the project's script of that name does something else. */
function withCommands<T extends string | Uint8Array>(text: T, foreignScripts: readonly string[]): T | string {
  if (typeof text !== "string") return text;
  return foreignScripts.reduce<string>((said, name) => {
    const command = `npx ${SCRIPTS[name as keyof typeof SCRIPTS]}`;
    const call = name === "start" ? /\bnpm start\b/g : new RegExp(`\\bnpm run ${name}\\b`, "g");
    return said.replace(call, command);
  }, text);
}

async function assertWritable(target: string): Promise<void> {
  try {
    await makeFolder(target);
    await access(target, constants.W_OK);
  } catch (error) {
    const {code, syscall} = error as NodeJS.ErrnoException;
    // Making a folder and those above it is answered with ENOENT on a read-only file system.
    if (!["EACCES", "EPERM", "EROFS"].includes(code ?? "") && syscall !== "mkdir") throw error;
    if (code === "EEXIST" || code === "ENOTDIR") throw error;
    throw new UserError(`${target} cannot be written. Name another folder: \`assay init DIR\`.`, {
      cause: error
    });
  }
}

interface InitFile {
  path: string;
  text: string | Uint8Array;
}

/** The template's own rows, loader and eval: another tool's take their place. */
const isExample = (path: string) => /^(data|data-loaders|evals)[\\/]/.test(path);

/** Without them, and with a README that says the first steps of what came in their place. */
function withoutExample(template: readonly InitFile[], firstSteps: string): InitFile[] {
  return template
    .filter(({path}) => !isExample(path))
    .map(({path, text}) =>
      path === "README.md"
        ? {path, text: String(text).replace(EXAMPLE_STEPS, () => firstSteps)}
        : {path, text}
    );
}

/** From the README's word on the example to its third step, the first that every project has. */
const EXAMPLE_STEPS = /^The tickets are made up[^]*?(?=^3\. )/m;

async function templateFiles(): Promise<InitFile[]> {
  const root = join(packageRoot, "templates", "project");
  const files: InitFile[] = [];
  for (const entry of await readdir(root, {recursive: true, withFileTypes: true})) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // npm leaves .gitignore and .npmrc out of packages, so the template's have no dot.
    files.push({
      path: relative(root, path).replace(/^(gitignore|npmrc)$/, ".$1"),
      text: await readFile(path, "utf8")
    });
  }
  return files;
}

/** The report's own pages and loaders. */
async function reportFiles(): Promise<InitFile[]> {
  const root = join(packageRoot, "pages");
  const names = [
    ...(await readdir(root)).filter((name) => name.endsWith(".md") || name.endsWith(".css")),
    ...(await readdir(join(root, "styles"))).map((name) => join("styles", name)),
    ...(await readdir(join(root, "data"), {recursive: true}))
      .filter((name) => name.endsWith(".js"))
      .map((name) => join("data", name))
  ];
  return Promise.all(
    names.map(async (name) => ({
      path: join("pages", name),
      text: await readFile(join(root, name), "utf8")
    }))
  );
}

interface Manifest {
  /** The dependency on Assay is not what it was: the lock file has to follow. */
  changed: boolean;
  /** Names of `SCRIPTS` by which the project has scripts of its own. */
  foreignScripts: string[];
}

const PACKAGE = fileForm<Record<string, unknown>>(
  {
    type: anyText().optional(),
    scripts: byName(anyText(), "scripts by name").optional(),
    dependencies: byName(anyText(), "packages by name").optional(),
    allowScripts: anyObject().optional()
  },
  "Nothing was written. Mend it, then start again, or start in another folder: `assay init DIR`."
);

async function addScripts(target: string): Promise<Manifest> {
  const file = join(target, "package.json");
  const found = (await readJson(file, PACKAGE)) ?? {name: "assay-project", private: true};
  const dependencies = (found.dependencies ?? {}) as Record<string, string>;
  const assay = await dependency(dependencies.assay, target);
  const own = await readJson<{allowScripts?: object; devDependencies?: Record<string, string>}>(
    join(packageRoot, "package.json")
  );
  const development = (found.devDependencies ?? {}) as Record<string, string>;
  const compiler = development[TYPESCRIPT] ?? dependencies[TYPESCRIPT] ?? own?.devDependencies?.[TYPESCRIPT];
  const scripts: Record<string, string> = {
    ...SCRIPTS,
    ...(found.scripts as Record<string, string> | undefined)
  };
  await writeJsonAtomic(file, {
    ...found,
    type: (await canBeModule(target, found.type)) ? "module" : found.type,
    scripts,
    dependencies: {...dependencies, assay},
    devDependencies:
      compiler === undefined || dependencies[TYPESCRIPT] !== undefined
        ? found.devDependencies
        : {...development, [TYPESCRIPT]: compiler},
    // The packages below Assay work without their install scripts; npm 11 asks about each that is not named.
    allowScripts: {...own?.allowScripts, ...(found.allowScripts as object | undefined)}
  });
  const foreignScripts = Object.entries(SCRIPTS)
    .filter(([name, command]) => !scripts[name]!.startsWith(command))
    .map(([name]) => name);
  return {changed: dependencies.assay !== assay, foreignScripts};
}

/** A tarball from outside the project comes along, so that CI can install it; any other dependency stays as it is. */
async function dependency(stated: string | undefined, target: string): Promise<string> {
  if (stated === undefined) return obtained(packageRoot, target);
  const tarball = /^file:(.*\.tgz)$/.exec(stated)?.[1];
  return tarball === undefined ? stated : vendored(resolve(target, tarball), target);
}

/**
 * Loaders, evals and the site's configuration are ES modules. `npm init` writes "commonjs" or nothing, which means the same;
 * that is changed unless the folder has files of its own that it would break.
 */
async function canBeModule(target: string, type: unknown): Promise<boolean> {
  if (type === "module") return true;
  const other = await notModule(target);
  if (other === undefined) return true;
  print(
    `! package.json says ${type === undefined ? 'no "type"' : `"type": "${String(type)}"`} and was left so: ${other} would not run as an ES module. Assay's files need "type": "module": change it and give such files the ending .cjs, or start in another folder: \`assay init DIR\`.`
  );
  return false;
}
