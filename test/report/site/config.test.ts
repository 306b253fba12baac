import {join} from "node:path";
import {expect, it} from "vitest";
import {siteConfig} from "../../../src/report/site/index.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

it("a site has a team's own pages after the report's, in the navigation of every page", async () => {
  const project = await temporaryProject();
  const own = [
    {name: "Backlog", path: "/backlog"},
    {name: "Glossary", path: "/glossary"}
  ];
  const options = {project, root: join(project, "pages"), title: "Tickets"};
  const plain = await siteConfig(options);
  const config = await siteConfig({...options, pages: own});
  expect(config).toMatchObject({root: options.root, output: "dist", title: "Tickets"});
  expect(config.pages).toEqual([...(plain.pages as object[]), ...own]);
  const header = (config.header as (page: {path: string}) => string)({path: "/glossary"});
  expect(header).toContain("Glossary");
  expect(header.indexOf("Backlog")).toBeGreaterThan(0);
});
