/**
 * One example of every message, kept byte for byte: the portal's tests answer with them and the agent's tests parse
 * them, so that neither side can drift from the other unnoticed. For tests.
 */
import ackRequest from "@/lib/protocol/golden/ack-request.json";
import ackRequestFailed from "@/lib/protocol/golden/ack-request-failed.json";
import ackResponse from "@/lib/protocol/golden/ack-response.json";
import credentialRequest from "@/lib/protocol/golden/credential-request.json";
import credentialResponse from "@/lib/protocol/golden/credential-response.json";
import digest from "@/lib/protocol/golden/digest.json";
import enrolRequest from "@/lib/protocol/golden/enrol-request.json";
import enrolResponse from "@/lib/protocol/golden/enrol-response.json";
import errorResponse from "@/lib/protocol/golden/error-response.json";
import errorResponseTooOld from "@/lib/protocol/golden/error-response-too-old.json";
import reportRequest from "@/lib/protocol/golden/report-request.json";
import reportResponse from "@/lib/protocol/golden/report-response.json";
import reportResponseRotate from "@/lib/protocol/golden/report-response-rotate.json";
import stateDelta from "@/lib/protocol/golden/state-delta.json";
import stateFull from "@/lib/protocol/golden/state-full.json";
import stateFull2 from "@/lib/protocol/golden/state-full-2.json";
import stateUnchanged from "@/lib/protocol/golden/state-unchanged.json";

/** As read from the files; parse with the schema of messages.ts that has the same name. `digest` is no message. */
export const golden = {
  enrolRequest,
  enrolResponse,
  /** Revision 41: two instances with the same IPv4 subnet, three peers, one of them with a preshared key. */
  stateFull,
  /** The same in version 2: the second instance lets its peers reach one another. */
  stateFull2,
  /** From 41 to 44, with one change of each kind. */
  stateDelta,
  stateUnchanged,
  ackRequest,
  ackRequestFailed,
  ackResponse,
  reportRequest,
  reportResponse,
  reportResponseRotate,
  credentialRequest,
  credentialResponse,
  errorResponse,
  /** To an agent that says no version. */
  errorResponseTooOld,
  /** The elements of `stateFull` with their hashes, their digest in hex and as bits, the digest after `stateDelta`, and that of `stateFull2`. */
  digest,
};
