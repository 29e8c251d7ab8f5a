/** What is promised, in s. Every number comes from the package's defaults; none is made to fit what was measured. */

/** The lease of the charge relay. */
export const LEASE_CHARGE = 5;
/** The lease of the load relay; it ends earlier where the reading it rests on grows too old. */
export const LEASE_LOAD = 60;
/** Silence after which charging (the loads) is no longer allowed: profile 123smartbms. */
export const SILENCE_CHARGE = 5;
export const SILENCE_LOAD = 20;
/** What the way to the contact may add to a lease or a time of silence. */
export const MARGIN = 0.2;
/** The device sends a frame a second. */
export const FRAME = 1;
/** From the second frame that shows something dangerous to the contact. One frame alone is not believed. */
export const REACTION = 0.05;
