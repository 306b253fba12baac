import {siteConfig} from "assay/site";

export default await siteConfig({title: "Our models"});
