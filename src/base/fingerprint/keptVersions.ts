/**
 * Versions of modules whose text changed and whose results did not: the version of the text as it is now, and the one that
 * the module keeps. Written by `npm run versions -- --keep`; valid for the packages of the lock file.
 */
export const KEPT_VERSIONS: ReadonlyMap<string, string> = new Map<string, string>(
  Object.entries({
    caff485be30da0b1a265cfd5063195dfb3c22095f3a202651aa53b3a12564a5e:
      "1325bd3622f8535b1bd7d07d475232edbd41399bc4e331b8c64a002094ae204c", // scorers/assertions
    "5591c47fa157cbc3825d0f72ef875b2216097a3dd20069fa34417814cf260620":
      "d5f4bb97ad1dd55053c27c19abbf77df39e1fa04c52aad0dad23d86e3873957b", // scorers/bleu
    ee8825079488b255e7d20fd6f71ce546bece9c0cda352767986fd8b5a2b5cd38:
      "d2d6a8889b366709c0d5d24684f5439ddf1bb6fa67a55ffa1ac9bdc42ddcec69", // scorers/chrf
    "706173e2a6dd01fe5a21e4f980c1763995bd0f2fcb446df1502e8843bec4b3d4":
      "2545e250a0403e7adb5fb07c485b99dea08b47fda48cdb5c3c047d68e69dc242", // scorers/classification
    "172c3c191d990e2e18198be6b0862d36a6ba899d01479f76a47596875ea07032":
      "e14f9ceb7b2fdb2c7ef0396cb2862c947aa13fd7330a771c7835ab1f8b570cc0", // scorers/embeddingSimilarity
    "68aa3541b979f60676c1ecf360a2e932acaeccdb258851d665d779d857d1f8f7":
      "269d0d8327d551138814e8ad6a4761cdeeb3e8ec06e0091c14a3ce714eb09647", // scorers/humanLabels
    "998cc80feb9260ee139d8141cd64ab2c258c5c4dc840c5667127cd1162c6f437":
      "064076eea22dfb1d511283c6c80ada56f0dbd2e4bf9c70b4fa8c3376e223a6e4", // scorers/includes
    a6973a2f37a303db480aa8de29f7b1171a8ec009a5379ec74df8438df3b2e93c:
      "7789a1a99adcef0c76c8a5f8b69b1eea6af35a03dfb44160ca0147f2f3823c14", // scorers/instructionFollowing
    "4f91733cd63581bc848d6f4d352ec7b1336a6df2cb050c7185dd380a3adc0124":
      "7795e236f61b54d8ecabb3635f65923644ebd6097b4ee2fcbd06a588f829214b", // scorers/jsonFields
    dd67a2c087cbd2557de19dea038b1e39a11324db62a8b14b3f36de1246ddb714:
      "052b789ff266045de89427f41b99b6e861c84132a4c19435ccb7db565b46dc93", // scorers/jsonSchema
    d91d323460b69becf1875a6f0738e225c3c090ee14b40e53f3827f1d71f79be2:
      "10e02db6dada615b6b2a5da8ea9ce8c0e1531e3fe6aa6bec14af84290dbdf783", // scorers/judgePairwise
    "94c731a1db214aa73e81b625340c9a454465b05303945dbcfaaa2c7ceff16c3c":
      "f4a54ad0d4e555323e4f409ae580c218ac4c008d4b182d5d761232b1dbb61987", // scorers/judgeRating
    "8315d512f2dd10193238b969fe308f1445b246bb7dfb61f2d21eca6cf0dc72ef":
      "8879967489f60b01cdc2a1cffa594cbeee47ef1e39125aa9779fe84bed71fdd6", // scorers/matchAfter
    bdbd6a70314642d1539190d930e59ba7c1e31dd5e9c8722c9a399a685a14f4b3:
      "aa6ff12ac13dd08f5223f5e2d41e5b47026b63bcab075c595e4e20c93586e0c2", // scorers/multipleChoice
    f2986177ede26f5bfb9afa5d2158944b7189b11b3c230cd2ca5dc4d11bfd6934:
      "468732722f26bb97d11aa6ae4565179483cff37bbd1310988ad67c19d9bc25a3", // scorers/normalizedMatch
    c42317ba5a2803d3cd436d5298f8d2e01db45d9bdb3208d35928f827a567b7eb:
      "01f3de64291e642b163540b0ac5862161d8caac8d7de24c81a56bdb6ad2343d8", // scorers/numeric
    "217d8c73002cfa860957d94a3351c65bfbd1de9e7347d9de2c7b447f4c7ad70d":
      "7e219484d3b59d90d2f3ef009dbb65a53e32414979716585a2f5a7051921f83d", // scorers/regexMatch
    "1e265af0d78d0fb1a50fd165629bcde5a762d85a1f707a3fed4f5784723dc06a":
      "5ad1755f22e71b750850cff5b1e061d2e93b36378db0500789f065b1a45847c1", // scorers/rouge
    "01df9588afaf6fb17051ff856b7408c6f9204fcbb26d6b3158550827e028c8e5":
      "a03ae85598998ccfa80c4459b5a3abacecea57f0a6b145ee14e45f4ce214231f", // scorers/ter
    "01acd19629599026a03f4423a8083997c433472bc1df617526675b6563883705":
      "a239da1bd8d22ea4b3258e71e27349beda9b88886a2626c9e018fc9cbe9c9797", // scorers/toolCallMatch
    "46f972a94c11f5c9d390dcba131b138e185b6e971061e8193252498262a0f177":
      "bdec49102e3024fec24888e3a169239e0be9b257b9bbe25ca60d73b2ddf99050", // finetunes/encoderHead
    "0b4a1431950b5a2a6185833cc0ce16a56be307d8b67d81cb2bfc5768d9dcc748":
      "1642558f29f6303fa3718f4830463fc9ad7cdac8253121db88c5a505cff00b6d", // finetunes/jointNgram
    "10b1abf47ecde7b34c2fa91f32f6443c78908f3e1ef035d187e73225f26f0eaf":
      "417ba53249224e76724f5fbf770d42fd45a66a1fb7b4302b8b5b4523e264254b", // finetunes/majorityClassifier
    b8473687183100aba2948cd9c69e6eee523b1d70688507beefdce6b1f02b1ffa:
      "5ac7c0297a09d7155b029e217cac8ff68f718b1a7c12eccc4138d64b01044977", // finetunes/staticEmbedding
    ecc893fcc8e83054b667b878f9438e3cf9bcaf38d6d9669a99280009debb43bb:
      "f251acb5d23db75197c7b8e49d12b8d9d94d7d54d274cd6e52aef7dc77663a4c", // finetunes/tfidfLogReg
    "7c917f27c5b1024688baac9c7fb423de517cb0cfdc0eb9b6909467718389acc8":
      "e3e827e3ae40da37ae93b13fa4ee058a51db9e662c3f37925e2137b3228515d5", // code/codeExecution
    f72bc08e697fffa18e7b39db2e4978ff12898108638f109682e31b1970595450:
      "21df2caab106635506b72ee2abc40db2d39562cb50aaea99153efbdc75b36d7e", // splits/measure
    "05b7feeeb8cc0369581daedb7c92b94afac7e3b548bc43ec598c485f34b6d47a":
      "92f967ba0ed7e3045f196a6b8e25876355dea6ee4273893fb1a481117a6bdd28", // privacy/scanCell
    ba4e3de3dc6114dce3e8b0a1a1f0813ccdd61c53a21e492a889599347e01f4b8:
      "d1bbd0b9699818ddcfd6b020ac9967ba6f1f099294b5231d30f211e6a08b5345", // privacy/maskExcerpt
    "0a115941c1f44ffc40ae8c220e1a28d1f60824c4d0ef7635676e97db04d53fe8":
      "072e4364dffaf74c05f096e37aa591b82ecd3e7014921acd28df5a7dc129b1a0", // merge/merge
    "9d3ffb06fc2595109f71973b8fc1661973dd542a289c0d89c3d33ad2a2368d63":
      "848d33a6c891417c8aebf6cfaa4bcbfff46b2a2f6fba055f308497ca2bd40273" // moe/merge
  })
);
