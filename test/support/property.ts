import fc from "fast-check";

/** The seed of every property test: the same one each time, or that of ASSAY_PROPERTY_SEED, to look for new counterexamples. */
const seed = Number(process.env.ASSAY_PROPERTY_SEED ?? 1);
fc.configureGlobal({seed});

export default fc;
