import { describe, expect, test } from "vitest";
import { factorsFor, isSecondFactor, STEP_UP_ACTIONS, STEP_UP_FACTORS } from "./policy";

const none = { passkeys: 0, totp: 0, recoveryCodes: 0, freshSignIns: 0 };
const all = { passkeys: 1, totp: 2, recoveryCodes: 10, freshSignIns: 1 };

describe("what proves an act", () => {
  test("the strongest factor comes first, and a mailed code is always there for adding a client", () => {
    expect(factorsFor("client.issue", none)).toEqual(["mail"]);
    expect(factorsFor("client.issue", { ...none, totp: 1 })).toEqual(["totp", "mail"]);
    expect(factorsFor("client.issue", all)).toEqual(["passkey", "totp", "mail", "provider", "recovery"]);
  });

  test.each(["identity.link", "totp.add", "totp.remove", "passkey.add", "passkey.remove", "recovery-codes.replace", "address.change", "password.set", "policy.relax", "user.reactivate", "ownership.offer"] as const)(
    "T11: %s decides who signs in: a mailed code proves it only for who has nothing stronger",
    (action) => {
      expect(factorsFor(action, none)).toEqual(["mail"]);
      expect(factorsFor(action, { ...none, totp: 1 })).toEqual(["totp"]);
      expect(factorsFor(action, { ...none, passkeys: 1, recoveryCodes: 1 })).toEqual(["passkey", "recovery"]);
      expect(factorsFor(action, all)).not.toContain("mail");
      // Nor does the provider's password once more.
      expect(factorsFor(action, all)).not.toContain("provider");
      expect(factorsFor(action, { ...none, freshSignIns: 1 })).toEqual(["mail", "provider"]);
    },
  );

  test("an address is proved by mail to it alone, and a session's second factor by a second factor alone", () => {
    expect(factorsFor("address.verify", all)).toEqual(["mail"]);
    expect(factorsFor("session.elevate", none)).toEqual([]);
    expect(factorsFor("session.elevate", all)).toEqual(["passkey", "totp", "recovery"]);
  });

  test("of who has everything, a mailed code proves these acts and no other: a new act has to be meant to be one", () => {
    expect(STEP_UP_ACTIONS.filter((action) => factorsFor(action, all).includes("mail")).sort()).toEqual(
      ["account.delete", "address.verify", "api-key.rotate", "api-key.show", "billing.activate", "client.enrol", "client.extend", "client.issue", "client.prepare", "client.rekey", "client.resume", "directory.token", "identity.unlink", "license.make", "member.invite", "member.promote", "ownership.accept", "system.approve", "warranty.transfer"],
    );
  });

  test("what makes a session one with two factors is more than a mailbox or a password: a new factor has to be meant to be", () => {
    expect([...STEP_UP_FACTORS, "password", "code"].filter(isSecondFactor)).toEqual(["passkey", "totp", "recovery"]);
  });

  test("recovery codes stand in for a second factor, and are worth nothing without one", () => {
    for (const action of STEP_UP_ACTIONS) expect(factorsFor(action, { ...none, recoveryCodes: 10 })).not.toContain("recovery");
  });
});
