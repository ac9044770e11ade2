/** Bounds that both sides enforce before they look at a message, so that no message can cost more than these. */

/** Bytes of a request body that a portal accepts; more is 413. */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
/** The same of an enrolment: who asks is known only after it was read. */
export const MAX_ENROL_BYTES = 16 * 1024;
/** Bytes of a response body that an agent accepts: 50,000 peers take about 19 MB. */
export const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
/** Seconds that a portal holds a request for state open. */
export const MAX_WAIT_SECONDS = 30;
/** A gateway that the portal hasn't heard of for longer counts as offline. */
export const OFFLINE_AFTER_SECONDS = 20;
export const MAX_INSTANCES = 2_000;
/** Hosts of a /16, the largest subnet an instance may have. */
export const MAX_PEERS_PER_INSTANCE = 65_533;
/** A gateway further behind than this gets a full state. */
export const MAX_CHANGES_PER_DELTA = 10_000;
/** Peers in one report; the agent sends the others in the next. */
export const MAX_PEERS_PER_REPORT = 5_000;
export const MAX_FAILURES_PER_ACK = 100;
export const MAX_FAILURE_MESSAGE_LENGTH = 300;
/** Peers in one report whose moves are told; the agent sends the others in the next. */
export const MAX_MOVES_PER_REPORT = 1_000;
/** Sightings of one of them. */
export const MAX_SIGHTINGS_PER_MOVE = 40;
