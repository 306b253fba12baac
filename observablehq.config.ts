import {siteConfig} from "./src/site/index.js";

export default await siteConfig({
  title: "Assay",
  pages: [
    {name: "Notebook", path: "/notebook", about: "an example of a page of one's own: how hard the rows are"}
  ]
});
