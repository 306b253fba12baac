import type {Recognizer} from "../../finding.js";
import {auAbn} from "./auAbn.js";
import {auAcn} from "./auAcn.js";
import {auMedicare} from "./auMedicare.js";
import {auTfn} from "./auTfn.js";
import {brCpf} from "./brCpf.js";
import {caSin} from "./caSin.js";
import {cnResidentId} from "./cnResidentId.js";
import {deHealthInsurance} from "./deHealthInsurance.js";
import {dePassport} from "./dePassport.js";
import {deSocialSecurity} from "./deSocialSecurity.js";
import {deTaxId} from "./deTaxId.js";
import {esNie} from "./esNie.js";
import {esNif} from "./esNif.js";
import {esPassport} from "./esPassport.js";
import {fiPersonalIdentityCode} from "./fiPersonalIdentityCode.js";
import {frNir} from "./frNir.js";
import {iePps} from "./iePps.js";
import {inAadhaar} from "./inAadhaar.js";
import {inGstin} from "./inGstin.js";
import {inPan} from "./inPan.js";
import {inPassport} from "./inPassport.js";
import {inVehicleRegistration} from "./inVehicleRegistration.js";
import {inVoter} from "./inVoter.js";
import {itDriverLicense} from "./itDriverLicense.js";
import {itFiscalCode} from "./itFiscalCode.js";
import {itIdentityCard} from "./itIdentityCard.js";
import {itPassport} from "./itPassport.js";
import {itVatCode} from "./itVatCode.js";
import {krBrn} from "./krBrn.js";
import {krDriverLicense} from "./krDriverLicense.js";
import {krPassport} from "./krPassport.js";
import {krRrn} from "./krRrn.js";
import {medicalLicense} from "./medicalLicense.js";
import {mxCurp} from "./mxCurp.js";
import {mxRfc} from "./mxRfc.js";
import {ngNin} from "./ngNin.js";
import {nlBsn} from "./nlBsn.js";
import {noFodselsnummer} from "./noFodselsnummer.js";
import {plPesel} from "./plPesel.js";
import {ptNif} from "./ptNif.js";
import {ptCitizenCard} from "./ptCitizenCard.js";
import {seOrganisationsnummer} from "./seOrganisationsnummer.js";
import {sePersonnummer} from "./sePersonnummer.js";
import {sgNricFin} from "./sgNricFin.js";
import {sgUen} from "./sgUen.js";
import {thTnin} from "./thTnin.js";
import {trNationalId} from "./trNationalId.js";
import {ukDrivingLicence} from "./ukDrivingLicence.js";
import {ukPassport} from "./ukPassport.js";
import {ukVehicleRegistration} from "./ukVehicleRegistration.js";
import {usDriverLicense} from "./usDriverLicense.js";
import {usMbi} from "./usMbi.js";
import {usNpi} from "./usNpi.js";
import {usPassport} from "./usPassport.js";
import {zaIdNumber} from "./zaIdNumber.js";

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
