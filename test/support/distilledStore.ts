import {rm} from "node:fs/promises";
import {join} from "node:path";
import {expect} from "vitest";
import {teacherServer, tickets, writeDistilProject} from "../cli/support/distilProject.js";
import {assayHere} from "./assayHere.js";
import {compiled} from "./compiledEngine.js";

const engine = compiled("index.js");

/** Adds a distillation to a project's store by the command itself: one student that is no worse than its teacher, one that is. */
export async function distilledStore(project: string): Promise<void> {
  const server = await teacherServer();
  try {
    await writeDistilProject(project, {
      engine,
      server: server.url,
      rows: tickets(600, 400),
      dataset: "questions"
    });
    const {code, stderr} = await assayHere(project, "distil", "routing");
    expect(code, stderr).toBe(0);
  } finally {
    await server.close();
    // The other evals of the store have no files either.
    for (const folder of ["data-loaders", "evals", "distillations"])
      await rm(join(project, folder), {recursive: true});
  }
}
