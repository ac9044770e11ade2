/** The one table of who may do what, spelled out here a second time: a change of it has to be meant. */
import { describe, expect, test } from "vitest";
import { PERMISSIONS, STEP_UP_ACTIONS, can, reach, type Standing, type SubscriptionPermission } from "@/lib/core/policy";
import { ROLES } from "@/lib/core/vocabulary";

const STANDINGS: Standing[] = [...ROLES, "operator"];

/** [permission, owner, admin, member, operator]; what each may do it to. */
const EXPECTED: [SubscriptionPermission, ...("any" | "own" | "none")[]][] = [
  ["subscription.read", "any", "any", "any", "any"],
  ["client.read", "any", "any", "own", "any"],
  ["client.issue", "own", "own", "own", "none"],
  ["client.revoke", "any", "any", "own", "any"],
  ["client.suspend", "any", "any", "own", "any"],
  ["client.resume", "any", "any", "own", "none"],
  ["activity.read", "any", "any", "none", "any"],
  ["subscription.policy", "any", "any", "none", "none"],
  ["instance.provision", "any", "any", "none", "none"],
  ["instance.remove", "any", "none", "none", "any"],
  ["instance.move", "any", "any", "none", "any"],
  ["instance.api-key", "any", "any", "none", "none"],
  ["directory.manage", "any", "none", "none", "none"],
  ["system.read", "any", "any", "none", "any"],
  ["system.approve", "any", "any", "none", "none"],
  ["system.remove", "any", "any", "none", "any"],
  ["subscription.redeem", "any", "any", "none", "none"],
  ["subscription.pay", "any", "none", "none", "none"],
  ["subscription.keep", "any", "none", "none", "none"],
  ["subscription.cancel", "any", "none", "none", "any"],
  ["member.read", "any", "any", "own", "any"],
  ["client.prepare", "any", "any", "none", "none"],
  ["member.invite", "any", "any", "none", "none"],
  ["member.remove", "any", "any", "own", "any"],
  ["member.role", "any", "none", "none", "none"],
  ["ownership.give", "any", "none", "none", "none"],
  ["ownership.take", "any", "any", "any", "none"],
];

describe.each(EXPECTED)("%s", (permission, ...expected) => {
  test.each(STANDINGS.map((standing, i) => [standing, expected[i]] as const))("for an %s reaches %s", (standing, reaches) => {
    expect(reach(standing, permission)).toBe(reaches);
    expect(can(standing, permission, true)).toBe(reaches !== "none");
    expect(can(standing, permission, false)).toBe(reaches === "any");
    expect(can(standing, permission)).toBe(reaches !== "none");
  });
});

test("nothing is granted to a standing that the table doesn't know", () => {
  expect(STANDINGS).toEqual(["owner", "admin", "member", "operator"]);
});

test("the table has every permission that is about a subscription, and no other", () => {
  const elsewhere = ["public", "address.verify", "subscription.list", "subscription.take_out", "operator.read", "account.security", "warranty.own", "invitation.answer", "enrolment.answer"];
  expect(PERMISSIONS.filter((permission) => !elsewhere.includes(permission)).sort()).toEqual(EXPECTED.map(([permission]) => permission).sort());
});

test("an operator can't let themselves in: of what widens access, no standing of theirs may do any", () => {
  expect([can("operator", "client.issue"), can("operator", "client.resume"), can("operator", "client.prepare"), can("operator", "instance.api-key"), can("operator", "system.approve"), can("operator", "member.invite"), can("operator", "member.role")]).toEqual([false, false, false, false, false, false, false]);
});

test("what widens access, or decides who signs in, takes a step-up; what takes access away never does (product rule 2)", () => {
  expect([...STEP_UP_ACTIONS].sort()).toEqual([
    "account.delete",
    "address.change",
    "address.verify",
    "api-key.rotate",
    "api-key.show",
    "billing.activate",
    "client.enrol",
    "client.extend",
    "client.issue",
    "client.prepare",
    "client.rekey",
    "client.resume",
    "directory.token",
    "identity.link",
    "identity.unlink",
    "license.make",
    "member.invite",
    "member.promote",
    "ownership.accept",
    "ownership.offer",
    "passkey.add",
    "passkey.remove",
    "password.set",
    "policy.relax",
    "recovery-codes.replace",
    "session.elevate",
    "system.approve",
    "totp.add",
    "totp.remove",
    "user.reactivate",
    "warranty.transfer",
  ]);
  expect(STEP_UP_ACTIONS.some((action) => /revoke|suspend/.test(action))).toBe(false);
});
