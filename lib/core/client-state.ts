/**
 * The life of an access client: active ⇄ suspended, expired when its time is over and back when it is extended, revoked for good.
 *
 * A suspension stands by itself: who extends a client that was suspended when it expired gets it back suspended.
 */
import { PortcullisError } from "@/lib/core/errors";
import type { ClientState } from "@/lib/core/vocabulary";

export type ClientEvent = "suspend" | "resume" | "expire" | "extend" | "revoke";

export interface ClientCondition {
  state: ClientState;
  /** Somebody suspended it, and nobody resumed it. Of a revoked client it says nothing any more. */
  suspended: boolean;
}

/**
 * The condition after an event. An event that changes nothing (suspending the suspended) returns the same one, so that the second of
 * two people who press the same button gets no error.
 *
 * @throws client_final for what a revoked client can't do any more
 */
export function transition({ state, suspended }: ClientCondition, event: ClientEvent): ClientCondition {
  if (event === "revoke") return { state: "revoked", suspended };
  requireNotFinal(state);
  switch (event) {
    case "suspend":
      return { state: state === "active" ? "suspended" : state, suspended: true };
    case "resume":
      return { state: state === "suspended" ? "active" : state, suspended: false };
    case "expire":
      return { state: "expired", suspended };
    case "extend":
      return { state: suspended ? "suspended" : "active", suspended };
  }
}

/** For what changes a client and not its condition, like its key or an earlier end. @throws client_final */
export function requireNotFinal(state: ClientState): void {
  if (state === "revoked") throw new PortcullisError("client_final", "This client is revoked, and that is final. Add a new client instead.");
}

/** Whether the gateway must hold the client as a peer. @param held its subscription gives no access: off the device whatever its own state, which stays for when it does again */
export function mustBeOnDevice(state: ClientState, held = false): boolean {
  return state === "active" && !held;
}
