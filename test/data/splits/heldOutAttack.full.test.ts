import {describeAttack} from "./support/attackSuite.js";

describeAttack();
