import type {Recognizer} from "../../finding.js";
import {ngNin, zaIdNumber} from "./africa.js";
import {brCpf, caSin, mxCurp, mxRfc} from "./americas.js";
import {auAbn, auAcn, auMedicare, auTfn} from "./australia.js";
import {iePps, ukDrivingLicence, ukPassport, ukVehicleRegistration} from "./britishIsles.js";
import {cnResidentId, krBrn, krDriverLicense, krPassport, krRrn} from "./eastAsia.js";
import {frNir, nlBsn, plPesel, trNationalId} from "./europe.js";
import {deHealthInsurance, dePassport, deSocialSecurity, deTaxId} from "./germany.js";
import {esNie, esNif, esPassport, ptNif, ptCitizenCard} from "./iberia.js";
import {inAadhaar, inGstin, inPan, inPassport, inVehicleRegistration, inVoter} from "./india.js";
import {itDriverLicense, itFiscalCode, itIdentityCard, itPassport, itVatCode} from "./italy.js";
import {fiPersonalIdentityCode, noFodselsnummer, seOrganisationsnummer, sePersonnummer} from "./nordic.js";
import {sgNricFin, sgUen, thTnin} from "./southeastAsia.js";
import {medicalLicense, usDriverLicense, usMbi, usNpi, usPassport} from "./unitedStates.js";

/** Identity, tax and document numbers, those with check digits first: of two that fit equally the earlier one stays. Most need a word nearby. */
export const nationalIds: readonly Recognizer[] = [
  auAbn,
  auAcn,
  auMedicare,
  auTfn,
  brCpf,
  caSin,
  cnResidentId,
  deHealthInsurance,
  dePassport,
  deSocialSecurity,
  deTaxId,
  esNie,
  esNif,
  fiPersonalIdentityCode,
  frNir,
  iePps,
  inAadhaar,
  inGstin,
  inPan,
  inVehicleRegistration,
  itFiscalCode,
  itVatCode,
  krBrn,
  krRrn,
  medicalLicense,
  mxCurp,
  mxRfc,
  ngNin,
  nlBsn,
  noFodselsnummer,
  plPesel,
  ptNif,
  ptCitizenCard,
  seOrganisationsnummer,
  sePersonnummer,
  sgNricFin,
  sgUen,
  thTnin,
  trNationalId,
  ukDrivingLicence,
  usMbi,
  usNpi,
  zaIdNumber,
  usDriverLicense,
  usPassport,
  ukPassport,
  esPassport,
  inPassport,
  inVoter,
  itDriverLicense,
  itIdentityCard,
  itPassport,
  krDriverLicense,
  krPassport,
  ukVehicleRegistration
];
