// One build, one browser and one server for every suite: they are what a test of the site costs.
import {setUpReport} from "../../support/report.js";
import "./report/pages.js";
import "./report/firstPage.js";
import "./report/hostile.js";
import "./report/texts.js";
import "./report/examplesPage.js";
import "./report/differencesPage.js";
import "./report/provenance.js";

setUpReport();
