import {expect, it} from "vitest";
import {definitionOf} from "../../../src/report/components/notes/definitions.js";

it.each([
  ["Rows added", /^Rows whose id the version before does not have/],
  ["Rows removed", /^Rows whose id only the version before has/],
  ["Rows changed", /with different content/],
  ["Rows in them", /^Rows of all clusters together/],
  ["Rows", /^Rows that the figures beside it are computed from/],
  ["Changes with the order", /whose choice changed when the two answers swapped places/],
  ["Change", /^Candidate minus reference/],
  ["Calls saved", /that the race did not make/],
  ["Recall", /^Of the rows of the class/]
])("a figure named %s has a definition of its own", (name, definition) => {
  expect(definitionOf(name)).toMatch(definition);
});

it("has none for a name that tells nothing of figures", () => {
  expect(definitionOf("Candidate")).toBeUndefined();
});
