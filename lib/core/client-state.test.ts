import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClientCondition, type ClientEvent, mustBeOnDevice, transition } from "@/lib/core/client-state";
import { PortcullisError } from "@/lib/core/errors";
import { CLIENT_STATES, type ClientState } from "@/lib/core/vocabulary";

const EVENTS: readonly ClientEvent[] = ["suspend", "resume", "expire", "extend", "revoke"];
const FINAL = expect.objectContaining({ code: "client_final" }) as PortcullisError;

/** "suspended" by its state, or an expired client that was suspended before: "expired+". */
const conditionOf = (text: string): ClientCondition => ({ state: text.replace("+", "") as ClientState, suspended: text === "suspended" || text.endsWith("+") });

describe("a client's state", () => {
  test.each<[string, ClientEvent, string]>([
    ["active", "suspend", "suspended"],
    ["active", "resume", "active"],
    ["active", "expire", "expired"],
    ["active", "extend", "active"],
    ["suspended", "suspend", "suspended"],
    ["suspended", "resume", "active"],
    ["suspended", "expire", "expired+"],
    ["suspended", "extend", "suspended"],
    ["expired", "suspend", "expired+"],
    ["expired", "resume", "expired"],
    ["expired", "expire", "expired"],
    ["expired", "extend", "active"],
    ["expired+", "resume", "expired"],
    ["expired+", "extend", "suspended"],
  ])("%s, on %s, becomes %s", (state, event, next) => {
    expect(transition(conditionOf(state), event)).toEqual(conditionOf(next));
  });

  test.each(["active", "suspended", "expired", "expired+", "revoked"])("%s, on revoke, becomes revoked", (state) => {
    expect(transition(conditionOf(state), "revoke").state).toBe("revoked");
  });

  test.each<ClientEvent>(["suspend", "resume", "expire", "extend"])("revoked is not left by %s", (event) => {
    expect(() => transition(conditionOf("revoked"), event)).toThrow(FINAL);
  });

  test("over any sequence of events: revoked is final, and nobody is on a device who is suspended, or whose time is over and was not extended", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 30 }), (events) => {
        let condition: ClientCondition = { state: "active", suspended: false };
        const last = { suspended: false, expired: false, revoked: false };
        for (const event of events) {
          if (last.revoked && event !== "revoke") {
            expect(() => transition(condition, event)).toThrow(FINAL);
            continue;
          }
          condition = transition(condition, event);
          if (event === "suspend" || event === "resume") last.suspended = event === "suspend";
          if (event === "expire" || event === "extend") last.expired = event === "expire";
          if (event === "revoke") last.revoked = true;
          expect(mustBeOnDevice(condition.state)).toBe(!last.suspended && !last.expired && !last.revoked);
        }
      }),
    );
  });

  test("puts a peer on the device while it is active, and in no other state", () => {
    expect(CLIENT_STATES.filter((state) => mustBeOnDevice(state))).toEqual(["active"]);
  });

  test("puts none on the device while its subscription gives no access", () => {
    expect(CLIENT_STATES.filter((state) => mustBeOnDevice(state, true))).toEqual([]);
  });
});
