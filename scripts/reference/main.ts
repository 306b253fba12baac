// Writes docs/reference.md: node --import tsx scripts/reference/main.ts
import {writeFile} from "node:fs/promises";
import {referencePage} from "./page.js";

await writeFile(new URL("../../docs/reference.md", import.meta.url), await referencePage());
