import {setUpReport} from "../support/report.js";
import "./report/addressStates.js";
import "./report/contrast.js";
import "./report/furtherFigures.js";
import "./report/furtherHostile.js";
import "./report/furtherInputs.js";
import "./report/furtherPages.js";
import "./report/furtherPhone.js";

setUpReport();
