import {setUpReport} from "../../support/report.js";
import "./report/addressStates.js";
import "./report/contrast.js";
import "./report/furtherFigures.js";
import "./report/furtherHostile.js";
import "./report/furtherInputs.js";
import "./report/furtherPages.js";
import "./report/furtherPhone.js";
import "./report/lineagePage.js";
import "./report/comparisonPage.js";
import "./report/longNames.js";
import "./report/phone.js";
import "./report/addressState.js";
import "./report/inputs.js";
import "./report/figures.js";
import "./report/twentyQuestions.js";

setUpReport();
