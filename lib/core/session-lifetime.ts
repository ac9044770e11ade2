/** How long a session lasts (ASVS 7.3): docs/security.md says why so long. */

/** From signing in, in seconds. */
export const SESSION_LIFETIME_SECONDS = 14 * 24 * 3600;

/** A session that nobody used for this long is over before its time. */
export const SESSION_IDLE_SECONDS = 3 * 24 * 3600;
