/** Handing a device over: its owner offers it to an address, with a proof; whoever has proved that address takes it, or not. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { requestProof, wideningTransaction, type Act, type PresentedProof } from "@/lib/auth/step-up";
import { parseEmailAddress } from "@/lib/core/email-address";
import { notFound, PortcullisError } from "@/lib/core/errors";
import { MAX_OFFERS_A_DAY, TRANSFER_DAYS } from "@/lib/core/warranty";
import { appendAudit, type NewAuditEvent } from "@/lib/db/audit";
import type { Tx } from "@/lib/db/client";
import { queueMail } from "@/lib/db/outbox";
import { iso } from "@/lib/db/values";
import { countOffers, findOwnWarranty, handOver, insertOffer, lockOwnWarranty, takeOffer, withdrawOffer, type WarrantyRecordRow } from "@/lib/db/warranties";
import type { Ports } from "@/lib/ports";
import { stepUpView } from "@/lib/usecases/step-up/present-challenge";
import { requireId } from "@/lib/usecases/subscription-access";
import type { StepUpView } from "@/lib/usecases/views";

const DAY_MS = 24 * 3_600_000;

interface TransferInput {
  warrantyId: string;
  /** To whom. */
  email: string;
}

const transferAct = (warrantyId: string, recipient: string): Act<"warranty.transfer"> => ({ action: "warranty.transfer", objectId: warrantyId, parameters: { recipient } });

/** @throws bad_request, for one's own address too */
function parseRecipient(actor: Actor, email: string): string {
  const recipient = parseEmailAddress(email);
  if (recipient === actor.email) throw new PortcullisError("bad_request", "That is your own address. Whom do you give the device to?", { field: "email" });
  return recipient;
}

async function requireOwn(tx: Tx, actor: Actor, warrantyId: string): Promise<WarrantyRecordRow> {
  const warranty = await findOwnWarranty(tx, actor.userId, requireId(warrantyId));
  if (!warranty) throw notFound();
  return warranty;
}

/** Asks for the proof that offering takes. @throws not_found, bad_request, step_up_too_many */
export async function requestTransfer(ports: Ports, actor: Actor, input: TransferInput): Promise<StepUpView> {
  const recipient = parseRecipient(actor, input.email);
  return ports.db.transaction(async (tx) => {
    const { id, model, serial } = await requireOwn(tx, actor, input.warrantyId);
    const details = [
      { label: "Device", value: model },
      { label: "Serial number", value: serial },
      { label: "To", value: recipient },
      { label: "What this means", value: "Once they accept, the device and its warranty are theirs, and leave your list." },
    ];
    return stepUpView(await requestProof(ports, tx, actor, transferAct(id, recipient), actor.email, { act: `transfer ${model} (${serial}) to ${recipient}`, details }));
  });
}

/** Offers a device to an address, which gets a mail whether or not it has an account here. @throws not_found, bad_request, warranty_offered when an offer stands, too_many_tries, step_up_* */
export async function offerTransfer(ports: Ports, actor: Actor, input: TransferInput, proof: PresentedProof): Promise<void> {
  const recipient = parseRecipient(actor, input.email);
  const warrantyId = requireId(input.warrantyId);
  await wideningTransaction(
    ports,
    actor,
    proof,
    async (tx) => {
      await requireOwn(tx, actor, warrantyId);
      return { act: transferAct(warrantyId, recipient) };
    },
    async (tx, verified) => {
      const now = ports.clock.now();
      if (!(await lockOwnWarranty(tx, actor.userId, warrantyId))) throw notFound();
      const { model, serial } = await requireOwn(tx, actor, warrantyId);
      if ((await countOffers(tx, actor.userId, recipient, new Date(now.getTime() - DAY_MS))) >= MAX_OFFERS_A_DAY) {
        throw new PortcullisError("too_many_tries", `You made ${recipient} ${MAX_OFFERS_A_DAY} offers today, and each is a mail. Try again tomorrow.`, { field: "email", retryAfterSeconds: DAY_MS / 1000 });
      }
      const expiresAt = new Date(now.getTime() + TRANSFER_DAYS * DAY_MS);
      const offered = await insertOffer(tx, verified, { id: ports.newId(), warrantyId, fromUserId: actor.userId, recipient, now, expiresAt });
      if (!offered) throw new PortcullisError("warranty_offered", "This device is offered to somebody already. Withdraw that offer first.");
      await queueMail(tx, { id: ports.newId(), recipient, now, content: { template: "warranty-offered", model, serial, fromEmail: actor.email, expiresAt: iso(expiresAt), url: pageUrl(ports) } });
      await appendAudit(tx, [eventOf(actor, actor.userId, now, "warranty.offered", { id: warrantyId, model, serial }, { recipient })]);
    },
  );
}

/** Takes an offer back. @throws not_found when the device isn't the actor's, or nothing stands */
export async function withdrawTransfer(ports: Ports, actor: Actor, input: { warrantyId: string }): Promise<void> {
  const warrantyId = requireId(input.warrantyId);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    if (!(await lockOwnWarranty(tx, actor.userId, warrantyId))) throw notFound();
    const warranty = await requireOwn(tx, actor, warrantyId);
    const recipient = await withdrawOffer(tx, warrantyId, now);
    if (recipient === null) throw notFound();
    await appendAudit(tx, [eventOf(actor, actor.userId, now, "warranty.offer_withdrawn", warranty, { recipient })]);
  });
}

/** Takes what was offered to the actor's proved address. @throws not_found when there is no such offer, or not any more */
export async function acceptTransfer(ports: Ports, actor: Actor, input: { offerId: string }): Promise<void> {
  const offerId = requireId(input.offerId);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const taken = await takeOffer(tx, offerId, actor.email, now);
    if (!taken) throw notFound();
    const { warranty, fromUserId, fromEmail } = taken;
    if (!(await handOver(tx, warranty.id, fromUserId, actor.userId, now))) throw notFound();
    if (fromEmail !== null) {
      await queueMail(tx, { id: ports.newId(), recipient: fromEmail, now, content: { template: "warranty-transferred", model: warranty.model, serial: warranty.serial, toEmail: actor.email, at: iso(now), url: pageUrl(ports) } });
    }
    await appendAudit(tx, [
      eventOf(actor, fromUserId, now, "warranty.handed_over", warranty, { recipient: actor.email }),
      eventOf(actor, actor.userId, now, "warranty.received", warranty, { from: fromEmail }),
    ]);
  });
}

/** @throws not_found when there is no such offer, or not any more */
export async function declineTransfer(ports: Ports, actor: Actor, input: { offerId: string }): Promise<void> {
  const offerId = requireId(input.offerId);
  await ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const taken = await takeOffer(tx, offerId, actor.email, now);
    if (!taken) throw notFound();
    await appendAudit(tx, [eventOf(actor, taken.fromUserId, now, "warranty.offer_declined", taken.warranty, { recipient: actor.email })]);
  });
}

const pageUrl = (ports: Ports): string => new URL("/warranties", ports.config.url).href;

function eventOf(actor: Actor, chain: string, at: Date, action: NewAuditEvent["action"], { id, model, serial }: Pick<WarrantyRecordRow, "id" | "model" | "serial">, more: NewAuditEvent["data"]): NewAuditEvent {
  return { chain, at, action, actor: auditActor(actor), subject: { kind: "warranty", id }, sourceAddress: actor.source.address, data: { model, serial, ...more } };
}
