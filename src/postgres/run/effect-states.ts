/** The SQLSTATE with which it is rolled back for an effect that was not approved, and that with which effects are told. */
export const unapprovedState = 'NS001'
export const toldState = 'NS000'
