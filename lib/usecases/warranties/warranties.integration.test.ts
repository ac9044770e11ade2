/** Devices and their warranties: imported whole or not at all, registered once, handed over with a proof, remembered in time. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { askFor, mailed } from "@/lib/testing/factors";
import { MAX_OFFERS_A_DAY } from "@/lib/core/warranty";
import { openKit, type Kit } from "@/lib/testing/kit";
import { operator, person } from "@/lib/testing/people";
import { changedTables, snapshotOf } from "@/lib/testing/snapshot";
import { codesOf } from "@/lib/testing/step-up-scene";
import { deleteAccount } from "@/lib/usecases/account/delete-account";
import { importWarranties, searchWarrantyRecords } from "./import-warranties";
import { listOwnWarranties } from "./list-warranties";
import { proveWarranty } from "./prove-warranty";
import { registerDevice } from "./register-warranty";
import { remindOfWarranties } from "./remind-of-warranties";
import { acceptTransfer, declineTransfer, offerTransfer, requestTransfer, withdrawTransfer } from "./transfer-warranty";

let kit: Kit;
let olga: Actor;
let ada: Actor;
let bob: Actor;
let number = 0;
let serial = "";

const DAY_MS = 86_400_000;
const dayIn = (days: number): string => new Date(kit.clock.now().getTime() + days * DAY_MS).toISOString().slice(0, 10);
const csv = (...rows: [serial: string, end: string, model?: string][]): string => ["model,serial,start,end", ...rows.map(([each, end, model = "Filer 9000"]) => `${model},${each},2020-01-01,${end}`)].join("\n");
const bring = (text: string, actor = olga) => importWarranties(kit.ports, actor, { csv: text });
const mails = async (template: string, recipient: string) => (await kit.sql<{ payload: Record<string, unknown> }>("SELECT payload FROM outbox_mails WHERE template = $1 AND recipient = $2 ORDER BY created_at", [template, recipient])).map(({ payload }) => payload);
const events = async (chain: string, action: string) => (await kit.sql<{ data: Record<string, unknown> }>("SELECT data FROM audit_events WHERE chain_id = $1 AND action = $2 ORDER BY seq", [chain, action])).map(({ data }) => data);

/** Ada's own, registered. @returns its id */
async function adas(endsInDays = 400): Promise<string> {
  await bring(csv([serial, dayIn(endsInDays)]));
  await registerDevice(kit.ports, ada, { serial });
  return (await listOwnWarranties(kit.ports, ada)).items[0]?.id ?? "";
}

const offer = async (warrantyId: string, email: string, actor = ada) => offerTransfer(kit.ports, actor, { warrantyId, email }, mailed(kit, await requestTransfer(kit.ports, actor, { warrantyId, email })));
const offerTo = async (actor: Actor) => (await listOwnWarranties(kit.ports, actor)).offers[0]?.id ?? "";

beforeAll(async () => {
  kit = await openKit();
  olga = await operator(kit);
});
afterAll(() => kit.close());
beforeEach(async () => {
  number += 1;
  serial = `SN-${number}-0001`;
  ada = await person(kit, `ada-${number}@acme.test`);
  bob = await person(kit, `bob-${number}@globex.test`);
});

describe("an import", () => {
  test("takes new devices and brings known ones up to date, and says how many of each", async () => {
    expect(await bring(csv([serial, "2030-01-01"], [`${serial}B`, "2030-01-01"]))).toEqual({ added: 2, changed: 0, unchanged: 0 });
    expect(await bring(csv([serial, "2030-01-01"], [`${serial}B`, "2031-01-01"], [`${serial}C`, "2030-01-01"]))).toEqual({ added: 1, changed: 1, unchanged: 1 });
    expect((await searchWarrantyRecords(kit.ports, olga, { query: serial.toLowerCase() })).items).toContainEqual(expect.objectContaining({ serial: `${serial}B`, endsOn: "2031-01-01", ownerEmail: null }));
  });

  test("with one bad line imports nothing, and names it", async () => {
    const before = await snapshotOf(kit);
    await expect(bring(csv([serial, "2030-01-01"], [`${serial}B`, "never"]))).rejects.toMatchObject({ code: "csv_invalid", facts: { lines: [{ line: 3, reason: expect.stringContaining("never") }] } });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });

  test("that changes somebody's device stands in their own log, too", async () => {
    await adas();
    await bring(csv([serial, dayIn(800)]));
    expect(await events(ada.userId, "warranty.changed")).toEqual([{ serial }]);
    expect((await listOwnWarranties(kit.ports, ada)).items).toMatchObject([{ serial, endsOn: dayIn(800) }]);
  });

  test("two at once, in other orders, both end", async () => {
    const rows = Array.from({ length: 200 }, (_, index): [string, string] => [`${serial}-${index}`, "2030-01-01"]);
    const both = await Promise.all([bring(csv(...rows)), bring(csv(...rows.toReversed()))]);
    expect(both.map(({ added }) => added).reduce((sum, added) => sum + added)).toBe(200);
  });

  test("T13: and the search are for operators alone", async () => {
    await expect(bring(csv([serial, "2030-01-01"]), ada)).rejects.toMatchObject({ code: "forbidden" });
    await expect(searchWarrantyRecords(kit.ports, ada, {})).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("registering", () => {
  test("makes a device one's own, however its number was typed, and stands in the log", async () => {
    await bring(csv([serial, dayIn(100)]));
    expect(await registerDevice(kit.ports, ada, { serial: ` ${serial.toLowerCase()} ` })).toMatchObject({ serial, model: "Filer 9000", daysLeft: 101, state: "running" });
    expect((await listOwnWarranties(kit.ports, ada)).items).toMatchObject([{ serial, offer: null }]);
    expect(await events(ada.userId, "warranty.registered")).toEqual([{ model: "Filer 9000", serial }]);
    await expect(registerDevice(kit.ports, ada, { serial })).rejects.toMatchObject({ code: "warranty_unavailable", message: expect.stringContaining("already") });
  });

  test("gives one answer for a number that nobody knows and for one of somebody else", async () => {
    await adas();
    const answers = await Promise.allSettled([registerDevice(kit.ports, bob, { serial }), registerDevice(kit.ports, bob, { serial: `${serial}NONE` })]);
    const [taken, unknown] = answers.map((answer) => (answer.status === "rejected" ? { code: answer.reason.code, message: answer.reason.message, facts: answer.reason.facts } : null));
    expect(taken).toEqual(unknown);
    expect(taken?.code).toBe("warranty_unavailable");
  });

  test("T2: of many at once for one device, one gets it", async () => {
    await bring(csv([serial, dayIn(100)]));
    const results = codesOf(await Promise.allSettled([ada, bob, ada, bob, ada, bob].map((actor) => registerDevice(kit.ports, actor, { serial }))));
    expect(results.filter((result) => result === "done")).toHaveLength(1);
    expect(await kit.sql("SELECT count(*)::int AS owned FROM warranties WHERE serial = $1 AND owner_id IS NOT NULL", [serial])).toEqual([{ owned: 1 }]);
  });

  test("T10: who guesses waits, and a right number after that is not lost on the waiting", async () => {
    const guess = () => registerDevice(kit.ports, bob, { serial: "SN-GUESS" });
    const results = codesOf(await Promise.allSettled(Array.from({ length: 25 }, guess)));
    expect(results.filter((code) => code === "too_many_tries").length).toBeGreaterThan(0);
    await expect(guess()).rejects.toMatchObject({ code: "too_many_tries", facts: { retryAfterSeconds: expect.any(Number) }, message: expect.not.stringContaining("browser") });
    // The guesser's waits keep nobody else from registering.
    await bring(csv([serial, dayIn(100)]));
    expect(await registerDevice(kit.ports, ada, { serial })).toMatchObject({ serial });
  });
});

describe("a transfer", () => {
  test("takes a proof for this device and this person, and the other's acceptance; both logs and a mail say so", async () => {
    const id = await adas();
    await offer(id, bob.email);
    expect(await mails("warranty-offered", bob.email)).toMatchObject([{ serial, fromEmail: ada.email }]);
    expect((await listOwnWarranties(kit.ports, ada)).items).toMatchObject([{ serial, offer: { recipient: bob.email } }]);
    const offerId = await offerTo(bob);
    await acceptTransfer(kit.ports, bob, { offerId });
    expect((await listOwnWarranties(kit.ports, ada)).items).toEqual([]);
    expect((await listOwnWarranties(kit.ports, bob))).toMatchObject({ items: [{ serial }], offers: [] });
    expect(await events(ada.userId, "warranty.handed_over")).toMatchObject([{ serial, recipient: bob.email }]);
    expect(await events(bob.userId, "warranty.received")).toMatchObject([{ serial, from: ada.email }]);
    expect(await mails("warranty-transferred", ada.email)).toMatchObject([{ serial, toEmail: bob.email }]);
  });

  test("T11: a proof for one device or person offers no other, and none twice", async () => {
    const id = await adas();
    const asked = mailed(kit, await requestTransfer(kit.ports, ada, { warrantyId: id, email: bob.email }));
    await expect(offerTransfer(kit.ports, ada, { warrantyId: id, email: "mallory@globex.test" }, asked)).rejects.toMatchObject({ code: "step_up_mismatch" });
    await expect(offerTransfer(kit.ports, ada, { warrantyId: id, email: bob.email }, mailed(kit, await askFor(kit, ada, "recovery-codes.replace")))).rejects.toMatchObject({ code: "step_up_mismatch" });
    await offerTransfer(kit.ports, ada, { warrantyId: id, email: bob.email }, asked);
    await withdrawTransfer(kit.ports, ada, { warrantyId: id });
    await expect(offerTransfer(kit.ports, ada, { warrantyId: id, email: bob.email }, asked)).rejects.toMatchObject({ code: "step_up_spent" });
  });

  test("stands once, until it is withdrawn, declined or two weeks old", async () => {
    const id = await adas();
    await offer(id, bob.email);
    await expect(offer(id, "carol@globex.test")).rejects.toMatchObject({ code: "warranty_offered" });
    await withdrawTransfer(kit.ports, ada, { warrantyId: id });
    await offer(id, bob.email);
    await declineTransfer(kit.ports, bob, { offerId: await offerTo(bob) });
    expect(await events(ada.userId, "warranty.offer_declined")).toHaveLength(1);
    await offer(id, bob.email);
    const offerId = await offerTo(bob);
    kit.clock.advance(14 * DAY_MS);
    await expect(acceptTransfer(kit.ports, bob, { offerId })).rejects.toMatchObject({ code: "not_found" });
    // The session that made the first offer is as old by now: a new one goes on.
    ada = await person(kit, ada.email);
    await offer(id, "carol@globex.test");
  });

  test("offered and withdrawn over and over fills nobody's mailbox", async () => {
    const id = await adas();
    for (let offers = 0; offers < MAX_OFFERS_A_DAY; offers++) {
      await offer(id, bob.email);
      await withdrawTransfer(kit.ports, ada, { warrantyId: id });
    }
    await expect(offer(id, bob.email)).rejects.toMatchObject({ code: "too_many_tries", facts: { field: "email" } });
    expect(await mails("warranty-offered", bob.email)).toHaveLength(MAX_OFFERS_A_DAY);
    await offer(id, "carol@globex.test");
  });

  test("T2: accepted by many requests at once, and withdrawn meanwhile, it ends one way", async () => {
    const id = await adas();
    await offer(id, bob.email);
    const offerId = await offerTo(bob);
    const results = codesOf(await Promise.allSettled([withdrawTransfer(kit.ports, ada, { warrantyId: id }), ...Array.from({ length: 8 }, () => acceptTransfer(kit.ports, bob, { offerId }))]));
    expect(results.filter((code) => code === "done")).toHaveLength(1);
    expect(results.filter((code) => code === "not_found")).toHaveLength(8);
  });

  test("T3: somebody else's device or offer is the same as none, for each act", async () => {
    const id = await adas();
    await offer(id, bob.email);
    const offerId = await offerTo(bob);
    const carol = await person(kit, `carol-${number}@initech.test`);
    const before = await snapshotOf(kit);
    const proof = { challengeId: kit.ports.newId(), code: "000000" };
    for (const warrantyId of [id, kit.ports.newId(), "nonsense"]) {
      const acts = [proveWarranty(kit.ports, carol, { warrantyId }), requestTransfer(kit.ports, carol, { warrantyId, email: bob.email }), offerTransfer(kit.ports, carol, { warrantyId, email: bob.email }, proof), withdrawTransfer(kit.ports, carol, { warrantyId })];
      expect(new Set(codesOf(await Promise.allSettled(acts)))).toEqual(new Set(["not_found"]));
    }
    for (const each of [offerId, kit.ports.newId(), "nonsense"]) {
      expect(codesOf(await Promise.allSettled([acceptTransfer(kit.ports, carol, { offerId: each }), declineTransfer(kit.ports, carol, { offerId: each })]))).toEqual(["not_found", "not_found"]);
    }
    expect(await listOwnWarranties(kit.ports, carol)).toEqual({ items: [], offers: [] });
    expect(changedTables(before, await snapshotOf(kit))).toEqual([]);
  });
});

describe("time", () => {
  test("owners are reminded 60 and 14 days before the end, once each; a longer warranty begins anew", async () => {
    await adas(90);
    const sent = async () => (await mails("warranty-ending", ada.email)).length;
    await remindOfWarranties(kit.ports);
    expect(await sent()).toBe(0);
    kit.clock.advance(30 * DAY_MS);
    await Promise.all([remindOfWarranties(kit.ports), remindOfWarranties(kit.ports)]);
    await remindOfWarranties(kit.ports);
    expect(await sent()).toBe(1);
    kit.clock.advance(46 * DAY_MS);
    await remindOfWarranties(kit.ports);
    await remindOfWarranties(kit.ports);
    expect(await sent()).toBe(2);
    await bring(csv([serial, dayIn(50)]));
    await remindOfWarranties(kit.ports);
    expect(await sent()).toBe(3);
  });
});

test("the proof is a PDF for this device alone, whatever script its model is written in", async () => {
  await bring(csv([serial, "2030-01-01", "Сервер Ω «Δ9»"]));
  await registerDevice(kit.ports, ada, { serial });
  const id = (await listOwnWarranties(kit.ports, ada)).items[0]?.id ?? "";
  const { fileName, pdf } = await proveWarranty(kit.ports, ada, { warrantyId: id });
  expect(fileName).toBe(`warranty-${serial}.pdf`);
  expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe("%PDF-");
  expect(Buffer.from(pdf).toString("latin1").trimEnd().endsWith("%%EOF")).toBe(true);
});

test("who deletes their account leaves the device free for its next owner, and their offers end", async () => {
  const id = await adas();
  await offer(id, bob.email);
  await deleteAccount(kit.ports, ada, mailed(kit, await askFor(kit, ada, "account.delete")));
  expect((await listOwnWarranties(kit.ports, bob)).offers).toEqual([]);
  expect(await registerDevice(kit.ports, bob, { serial })).toMatchObject({ serial });
});
