/**
 * How long a proof of identity is good, and how many wrong answers it bears (product rule 3): for step-up challenges and for sign-ins
 * under way alike. PostgreSQL holds them as well, by checks on `step_up_challenges` and `sign_in_attempts`: more of either takes a migration.
 */
export const PROOF_LIFETIME_SECONDS = 600;

/** The same, as people read it: "codes are good for ten minutes". */
export const PROOF_LIFETIME_WORDS = "ten minutes";

/** A code is not mailed again before. */
export const RESEND_AFTER_SECONDS = 30;

/** Wrong answers, until it is of no more use. */
export const PROOF_TRIES = 5;
