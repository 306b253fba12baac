import {siteConfig} from "./src/site/index.js";

export default await siteConfig({
  title: "Assay",
  pages: [{name: "Notebook", path: "/notebook"}]
});
