import {siteConfig} from "assay/site";

export default await siteConfig({
  title: "Our models",
  pages: [
    {name: "Notebook", path: "/notebook", about: "a page of your own to begin with: how hard the rows are"}
  ]
});
